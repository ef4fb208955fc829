import DeploymentInterface
import Glibc

/// Which process, beyond its number, which is given out again.
struct ProcessIdentity: Hashable, Codable, Sendable {
  let pid: Int32
  /// Clock ticks between the start of the machine and the start of the process.
  let startTime: UInt64
  /// Which start of the machine.
  let bootID: String

  init(_ stat: ProcessStat, bootID: String) {
    pid = stat.pid
    startTime = stat.startTime
    self.bootID = bootID
  }

  /// The process with this number, start time and boot, ended or not; nil: there is none.
  func stat() throws(DeploymentFailure) -> ProcessStat? {
    guard try bootID == Proc.bootID(), let stat = try Proc.stat(pid), stat.startTime == startTime
    else { return nil }
    return stat
  }

  /// The process, while it lives and carries the mark.
  func found(with mark: ProcessMark) throws(DeploymentFailure) -> ProcessStat? {
    guard let stat = try stat(), !stat.isGone, try ProcessMark.find(at: pid) == mark else {
      return nil
    }
    return stat
  }

  /// Takes it out of the process table when it has ended and is our child.
  ///
  /// - Returns: how it ended, where that can be learned.
  @discardableResult
  func reap() throws(DeploymentFailure) -> String? {
    guard let stat = try stat(), stat.isGone, stat.parent == getpid() else { return nil }
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
    let signal = status & 0x7f
    return signal == 0
      ? "ended with status \(status >> 8 & 0xff)" : "was killed by signal \(signal)"
  }
}
