import Glibc

/// Identifies a process across reuse of process ids and across boots.
package struct ProcessIdentity: Hashable, Codable, Sendable {
  /// The process id.
  package var pid: Int32
  /// Start of the process, in clock ticks since the boot.
  package var startTime: UInt64
  /// Identifier of the boot.
  package var bootID: String

  /// The identity with these parts.
  package init(pid: Int32, startTime: UInt64, bootID: String) {
    self.pid = pid
    self.startTime = startTime
    self.bootID = bootID
  }

  /// The identity of a process that `/proc` shows.
  package init(_ stat: ProcessStat, bootID: String) {
    self.init(pid: stat.pid, startTime: stat.startTime, bootID: bootID)
  }

  /// This process. Parts that `/proc` does not provide are 0 or empty.
  package static let current = ProcessIdentity(
    pid: getpid(), startTime: (try? Proc.stat(getpid()))?.startTime ?? 0,
    bootID: (try? Proc.bootID()) ?? "")

  /// Status of the process, ended or not; nil if no process has this identity.
  package func stat() throws(ProcFailure) -> ProcessStat? {
    guard try bootID == Proc.bootID(), let stat = try Proc.stat(pid), stat.startTime == startTime
    else { return nil }
    return stat
  }

  /// Whether the process runs. A zombie does not; nor does a process that `/proc` does not show.
  package var isAlive: Bool {
    guard let stat = try? stat() else { return false }
    return !stat.isGone
  }

  /// Whether a process of this machine has certainly ended. False if that cannot be known: it is
  /// hidden from this user, or parts of the identity are missing.
  package var hasEnded: Bool {
    do {
      let boot = try Proc.bootID()
      guard startTime > 0, !bootID.isEmpty, !boot.isEmpty else { return false }
      if boot != bootID { return true }
      if let stat = try Proc.stat(pid) { return stat.startTime != startTime || stat.isGone }
    } catch {
      return false
    }
    return Glibc.kill(pid, 0) != 0 && errno == ESRCH
  }

  /// How a process ends that was successful, as `reap` says it.
  package static let success = "ended with status 0"

  /// Reaps the process if it has ended and is our child.
  ///
  /// - Returns: how it ended, as the end of a sentence; nil if it was not reaped.
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
