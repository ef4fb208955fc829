import DeploymentInterface
import Glibc
import Posix

/// All living processes of one deployment: those that carry its mark, and those in the sessions
/// that they lead.
struct ProcessGroup: Sendable, CustomStringConvertible {
  /// The first process; nil if it has ended.
  let leader: ProcessStat?
  /// All processes, including the leader, by pid.
  let members: [ProcessStat]
  /// The process groups with a member that was recognised by more than the group.
  private let groups: Set<Int32>
  /// Whether no member can be missing.
  let isComplete: Bool

  /// - Parameter known: the leader as it was stored; nil: it is searched for, because a crash may
  ///   have happened after its start and before it was stored.
  init(of mark: OwnershipTag, leader known: ProcessIdentity?) throws(DeploymentFailure) {
    let isOfThisBoot = try known?.bootID == readingProc(try Proc.bootID())
    let earliest = isOfThisBoot ? known?.startTime ?? 0 : 0
    try self.init(of: mark, leader: known, in: ProcessTable(startedSince: earliest))
  }

  /// Finds the group in a process table that was read for several deployments.
  init(
    of mark: OwnershipTag, leader known: ProcessIdentity?, in table: ProcessTable
  ) throws(DeploymentFailure) {
    isComplete = table.isComplete
    let bootID = try readingProc(try Proc.bootID())
    let marked = table.entries.filter { $0.mark == mark }.map(\.stat)
    let leaders = marked.filter { $0.session == $0.pid }
    leader =
      if let known {
        marked.first { ProcessIdentity($0, bootID: bootID) == known }
      } else {
        leaders.min { $0.startTime < $1.startTime }
      }
    // A session's number is not reused while the session has members, so one marked member shows
    // that the session is still ours after its leader has ended.
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

  /// Signals all processes: whole groups at once, so that no fork escapes, then those that left
  /// them.
  func signal(_ number: Int32) {
    for group in groups.sorted() where group > 1 && group != getpgrp() {
      Glibc.kill(-group, number)
    }
    for member in members where !groups.contains(member.group) {
      // Its pid may have been reused since the process table was read.
      guard let now = try? Proc.stat(member.pid), now.startTime == member.startTime else {
        continue
      }
      Glibc.kill(member.pid, number)
    }
  }

  /// Kills all processes. They are stopped first, until no new one appears: one that keeps starting
  /// others in new sessions would otherwise be one ahead of every signal.
  ///
  /// - Parameter again: reads the group again.
  func kill(_ again: () throws(DeploymentFailure) -> ProcessGroup) throws(DeploymentFailure) {
    var group = self
    for _ in 0..<Self.mostRounds {
      group.signal(SIGSTOP)
      let known = Set(group.members.map(\.pid))
      group = try again()
      if group.isFrozen, group.members.allSatisfy({ known.contains($0.pid) }) { break }
    }
    group.signal(SIGKILL)
  }
  private static let mostRounds = 20

  var description: String {
    let pids = members.prefix(5).map { String($0.pid) }.joined(separator: ", ")
    return members.count == 1
      ? "process \(pids)" : "processes \(pids)\(members.count > 5 ? " and others" : "")"
  }
}
