import DeploymentInterface
import Glibc
import Posix

/// Everything that lives of one deployment: all that carries its mark, and the sessions that they
/// lead. Throws where that cannot be seen now.
struct ProcessGroup: Sendable, CustomStringConvertible {
  /// The first process; nil: it has ended.
  let leader: ProcessStat?
  /// All of it, the leader included, by number.
  let members: [ProcessStat]
  /// The process groups in which somebody was recognised by more than the group.
  private let groups: Set<Int32>

  /// - Parameter known: the leader as it was stored; nil: it is looked for, since a crash may have
  ///   come
  ///   between its start and its being stored.
  init(of mark: OwnershipTag, leader known: ProcessIdentity?) throws(DeploymentFailure) {
    let isOfThisBoot = try known?.bootID == readingProc(try Proc.bootID())
    let earliest = isOfThisBoot ? known?.startTime ?? 0 : 0
    try self.init(of: mark, leader: known, in: ProcessTable(startedSince: earliest))
  }

  /// The same, in one look that was taken for many.
  init(
    of mark: OwnershipTag, leader known: ProcessIdentity?, in table: ProcessTable
  ) throws(DeploymentFailure) {
    let bootID = try readingProc(try Proc.bootID())
    let marked = table.entries.filter { $0.mark == mark }.map(\.stat)
    let leaders = marked.filter { $0.session == $0.pid }
    leader =
      if let known {
        marked.first { ProcessIdentity($0, bootID: bootID) == known }
      } else {
        leaders.min { $0.startTime < $1.startTime }
      }
    // The number of a session is not given out again while anybody is in that session, so one
    // marked member shows that it is still ours when its leader has ended.
    var sessions = Set(leaders.map(\.pid))
    if let known, marked.contains(where: { $0.session == known.pid }) { sessions.insert(known.pid) }
    let own = Set(marked.map(\.pid))
    members = table.entries.map(\.stat)
      .filter { own.contains($0.pid) || sessions.contains($0.session) }
    groups = sessions.intersection(members.map(\.group))
  }

  var isGone: Bool { members.isEmpty }
  var isFrozen: Bool { !members.isEmpty && members.allSatisfy(\.isFrozen) }
  var hasFrozen: Bool { members.contains(where: \.isFrozen) }

  /// Signals all of it: whole groups at once, so that no fork slips through, then whoever left
  /// them.
  func signal(_ number: Int32) {
    for group in groups.sorted() where group > 1 && group != getpgrp() { kill(-group, number) }
    for member in members where !groups.contains(member.group) {
      // Between the look and now its number may have gone to somebody else.
      guard let now = try? Proc.stat(member.pid), now.startTime == member.startTime else {
        continue
      }
      kill(member.pid, number)
    }
  }

  var description: String {
    let pids = members.prefix(5).map { String($0.pid) }.joined(separator: ", ")
    return members.count == 1
      ? "process \(pids)" : "processes \(pids)\(members.count > 5 ? " and others" : "")"
  }
}
