public import DeploymentInterface
import Glibc
import Posix

/// A process of this machine that some engine made, or that such a process started.
public struct MarkedProcess: Hashable, Sendable {
  /// Its number.
  public let pid: Int32
  /// Clock ticks between the start of the machine and its own; with the number it is unmistakable.
  public let startTime: UInt64
  /// Which engine made it: the mark that is kept in the engine's store.
  public let owner: String
  /// The number of its deployment; nil: the mark is not one of ours.
  public let deployment: DeploymentID?
  /// The name of its deployment.
  public let name: String
  /// It leads a session: the first process of its deployment, if it did not leave that.
  public let isLeader: Bool
  /// It is stopped.
  public let isFrozen: Bool
}

/// Which processes of this machine engines have made. Reads `/proc`, and believes nothing else.
public enum ProcessInventory {
  /// Every process that carries a mark, by number. Processes of others whose environment may not be
  /// read are not seen.
  ///
  /// Throws where processes cannot be seen now: no descriptor or no memory is left.
  public static func all() throws(DeploymentFailure) -> [MarkedProcess] {
    try ProcessTable().entries.compactMap(marked)
  }

  /// Every process that the engine with this mark made, by number. Throws as `all` does.
  public static func processes(
    ownedBy owner: String
  ) throws(DeploymentFailure) -> [MarkedProcess] {
    try all().filter { $0.owner == owner }
  }

  /// Ends everything that the engine with this mark made; for when nothing else may be left of it,
  /// and no engine runs on its store.
  ///
  /// Blocks the calling thread until all are gone, at most `grace` and five seconds.
  ///
  /// - Parameter grace: how long they may take when asked with `TERM`; then they are killed.
  /// - Returns: what still lives. Throws as `all` does.
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
