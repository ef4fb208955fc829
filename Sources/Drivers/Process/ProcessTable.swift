import DeploymentInterface
import Glibc
import Posix

/// A snapshot of all processes of the machine except our own, with their marks.
struct ProcessTable: Sendable {
  /// A process, and its mark if it has one that can be read.
  struct Entry: Sendable {
    let stat: ProcessStat
    let mark: OwnershipTag?
  }

  /// The processes that have not ended, by pid.
  let entries: [Entry]
  /// Whether none ended while it was read; otherwise one that has just been started may be missing.
  let isComplete: Bool

  /// - Parameter earliest: leaves out processes that started earlier; a process is younger than its
  ///   parent.
  init(startedSince earliest: UInt64 = 0) throws(DeploymentFailure) {
    var entries: [Entry] = []
    let (processes, isComplete) = try readingProc(try Proc.look())
    for stat in processes where stat.startTime >= earliest && stat.pid > 1 {
      if stat.pid == getpid() { continue }
      entries.append(Entry(stat: stat, mark: try OwnershipTag.find(at: stat.pid)))
    }
    self.entries = entries
    self.isComplete = isComplete
  }
}
