import DeploymentInterface
import Glibc
import Posix

/// One look at all processes of the machine but ourselves, with the marks that they carry.
struct ProcessTable: Sendable {
  /// A process, and its mark where it has one that can be read.
  struct Entry: Sendable {
    let stat: ProcessStat
    let mark: OwnershipTag?
  }

  /// Those that have not ended, by number.
  let entries: [Entry]

  /// - Parameter earliest: leaves out what started before; a process is younger than who started
  ///   it.
  init(startedSince earliest: UInt64 = 0) throws(DeploymentFailure) {
    var entries: [Entry] = []
    for stat in try readingProc(try Proc.all()) where stat.startTime >= earliest && stat.pid > 1 {
      if stat.pid == getpid() { continue }
      entries.append(Entry(stat: stat, mark: try OwnershipTag.find(at: stat.pid)))
    }
    self.entries = entries
  }
}
