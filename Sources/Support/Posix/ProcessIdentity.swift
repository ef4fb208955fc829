import Glibc

/// A process as another one can find it again: its number alone is given out again.
package struct ProcessIdentity: Hashable, Codable, Sendable {
  /// Its number.
  package var pid: Int32
  /// Clock ticks between the start of the machine and the start of the process.
  package var startTime: UInt64
  /// Which start of the machine.
  package var bootID: String

  /// A process by all three.
  package init(pid: Int32, startTime: UInt64, bootID: String) {
    self.pid = pid
    self.startTime = startTime
    self.bootID = bootID
  }

  /// A process that was seen.
  package init(_ stat: ProcessStat, bootID: String) {
    self.init(pid: stat.pid, startTime: stat.startTime, bootID: bootID)
  }

  /// This process. What `/proc` does not tell is 0 or empty.
  package static let current = ProcessIdentity(
    pid: getpid(), startTime: (try? Proc.stat(getpid()))?.startTime ?? 0,
    bootID: (try? Proc.bootID()) ?? "")

  /// The process with this number, start time and boot, ended or not; nil: there is none.
  package func stat() throws(ProcFailure) -> ProcessStat? {
    guard try bootID == Proc.bootID(), let stat = try Proc.stat(pid), stat.startTime == startTime
    else { return nil }
    return stat
  }

  /// Whether it runs. A zombie does not; neither does what cannot be seen.
  package var isAlive: Bool {
    guard let stat = try? stat() else { return false }
    return !stat.isGone
  }

  /// Takes it out of the process table when it has ended and is our child.
  ///
  /// - Returns: how it ended, where that can be learned.
  @discardableResult
  package func reap() throws(ProcFailure) -> String? {
    guard let stat = try stat(), stat.isGone, stat.parent == getpid() else { return nil }
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
    let signal = status & 0x7f
    return signal == 0
      ? "ended with status \(status >> 8 & 0xff)" : "was killed by signal \(signal)"
  }
}
