public import DeploymentEngine
import DeploymentInterface
import Glibc
import Posix
import SafeTexts

extension LeaseStatus {
  /// Looks at the lock beside a store without taking it, so that an engine that starts is not
  /// disturbed.
  public static func query(store path: String) -> LeaseStatus {
    guard let held = LeaseHolder.look(at: StorePaths(path).lock) else { return .none }
    return held.presence
  }
}

/// A lock that somebody holds, as seen from outside.
struct LeaseHolder: Sendable {
  /// An engine that has been silent for longer is taken for frozen.
  static let patience = TimeSpan.seconds(10)

  var contents: LockContents
  /// When the last heartbeat was.
  var beat: Timestamp

  var presence: LeaseStatus {
    let age = EngineClock.system.now.utc - beat
    let host = SafeText(contents.holder.host)
    if age > Self.patience {
      return .silent(pid: contents.holder.process.pid, host: host, heartbeatAge: age)
    }
    return .running(pid: contents.holder.process.pid, host: host, since: contents.since)
  }

  /// Who holds the lock; nil: nobody does.
  ///
  /// Between taking the lock and writing who took it a moment passes, in which the file still
  /// names the holder before. A holder that is gone is therefore looked at again, a few times.
  static func look(at path: String) -> LeaseHolder? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var seen: LeaseHolder?
    for attempt in 0..<20 {
      if attempt > 0 { usleep(10_000) }
      guard OFDLock.isHeld(descriptor) else { return nil }
      guard let contents = LockContents(descriptor: descriptor),
        let status = try? FileStatus(descriptor: descriptor)
      else { continue }
      seen = LeaseHolder(contents: contents, beat: Timestamp(milliseconds: status.modified))
      if contents.holder.isAlive != false { return seen }
    }
    return seen ?? .nameless
  }

  /// Held, by somebody who has not said who.
  private static var nameless: LeaseHolder {
    let nobody = HolderProcess(
      process: ProcessIdentity(pid: 0, startTime: 0, bootID: "unknown"), pidNamespace: nil,
      host: "unknown")
    let now = EngineClock.system.now.utc
    return LeaseHolder(
      contents: LockContents(holder: nobody, since: now, remembered: nil), beat: now)
  }
}
