import Glibc

/// One look at all processes of the machine but ourselves, with the marks that they carry.
struct ProcessTable: Sendable {
  /// A process, and its mark where it has one that can be read.
  struct Entry: Sendable {
    let stat: ProcessStat
    let mark: ProcessMark?
  }

  /// Those that have not ended, by number.
  let entries: [Entry]

  /// - Parameter earliest: leaves out what started before; a process is younger than who started
  ///   it.
  init(startedSince earliest: UInt64 = 0) {
    entries = Proc.all()
      .filter { $0.startTime >= earliest && $0.pid > 1 && $0.pid != getpid() }
      .map { Entry(stat: $0, mark: ProcessMark(of: $0.pid)) }
  }
}
