public import DeploymentInterface
import Glibc
import Posix

/// A process of this machine that an engine started, or a descendant of one.
public struct MarkedProcess: Hashable, Sendable {
  /// Its pid.
  public let pid: Int32
  /// Clock ticks between the start of the machine and its own; with the pid it identifies the
  /// process.
  public let startTime: UInt64
  /// The mark of the engine that started it, which is kept in the engine's store.
  public let owner: String
  /// The number of its deployment; nil if the mark is not valid.
  public let deployment: DeploymentID?
  /// The name of its deployment.
  public let name: String
  /// Whether it leads a session, as the first process of a deployment does unless it left its
  /// session.
  public let isLeader: Bool
  /// Whether it is stopped.
  public let isFrozen: Bool
}

/// Finds the processes of this machine that engines started. Its only source is `/proc`.
public enum ProcessInventory {
  /// All processes that carry a mark, by pid, except those whose environment may not be read.
  ///
  /// Throws if processes cannot be read now because no descriptor or no memory is left.
  public static func all() throws(DeploymentFailure) -> [MarkedProcess] {
    try ProcessTable().entries.compactMap(marked)
  }

  /// All processes that the engine with this mark started, by pid. Throws as `all` does.
  public static func processes(
    ownedBy owner: String
  ) throws(DeploymentFailure) -> [MarkedProcess] {
    try all().filter { $0.owner == owner }
  }

  /// Ends all processes that the engine with this mark started. To be used only when no engine is
  /// running on its store.
  ///
  /// Blocks the calling thread until all are gone, at most for `grace` plus five seconds.
  ///
  /// - Parameter grace: how long they may take to end after `TERM` before they are killed.
  /// - Returns: the processes that still live. Throws as `all` does.
  @discardableResult
  public static func end(
    ownedBy owner: String, grace: TimeSpan
  ) throws(DeploymentFailure) -> [MarkedProcess] {
    guard !owner.isEmpty else { return [] }
    let start = SystemClock.monotonicMilliseconds
    let bootID = try readingProc(try Proc.bootID())
    let first = try families(ownedBy: owner)
    let children = first.flatMap(\.members).filter { $0.parent == getpid() }
      .map { ProcessIdentity($0, bootID: bootID) }
    for family in first {
      family.signal(SIGTERM)
      family.signal(SIGCONT)
    }
    while true {
      for child in children { _ = try readingProc(try child.reap()) }
      let elapsed = SystemClock.monotonicMilliseconds - start
      let left = try families(ownedBy: owner)
      if left.isEmpty || elapsed > grace.milliseconds + 5000 {
        return try processes(ownedBy: owner)
      }
      if elapsed >= grace.milliseconds { for family in left { family.signal(SIGKILL) } }
      usleep(20_000)
    }
  }

  private static func families(
    ownedBy owner: String
  ) throws(DeploymentFailure) -> [ProcessGroup] {
    let table = try ProcessTable()
    let marks = Set(table.entries.compactMap(\.mark).filter { $0.owner == owner })
    var families: [ProcessGroup] = []
    for mark in marks.sorted(by: { $0.deployment < $1.deployment }) {
      families.append(try ProcessGroup(of: mark, leader: nil, in: table))
    }
    return families
  }

  private static func marked(_ entry: ProcessTable.Entry) -> MarkedProcess? {
    guard let mark = entry.mark else { return nil }
    return MarkedProcess(
      pid: entry.stat.pid, startTime: entry.stat.startTime, owner: mark.owner,
      deployment: mark.id, name: mark.name, isLeader: entry.stat.session == entry.stat.pid,
      isFrozen: entry.stat.isFrozen)
  }
}
