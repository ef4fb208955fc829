public import DeploymentInterface
import Glibc
public import SafeTexts

/// Whether an engine runs on a store, and which.
public enum EnginePresence: Hashable, Sendable {
  /// None does.
  case none
  /// This one does.
  case running(pid: Int32, host: SafeText, since: Timestamp)
  /// This one holds the store but has given no sign of life for so long: frozen, or on its way to
  /// an end.
  case silent(pid: Int32, host: SafeText, heartbeatAge: TimeSpan)

  /// Looks at the lock beside a store without taking it, so that an engine that starts is not
  /// disturbed.
  public static func query(store path: String) -> EnginePresence {
    guard let held = HeldLock.look(at: StorePaths(path).lock) else { return .none }
    return held.presence
  }

  /// Whether an engine holds the store, be it silent.
  public var isThere: Bool { self != .none }

  /// Who holds the store, as a part of a sentence.
  var words: String {
    switch self {
    case .none: "nobody"
    case .running(let pid, let host, _): "the engine with pid \(pid) on \(host)"
    case .silent(let pid, let host, let age):
      "the engine with pid \(pid) on \(host), which has been silent for \(age.spoken),"
    }
  }
}

/// A lock that somebody holds, as seen from outside.
struct HeldLock: Sendable {
  /// An engine that has been silent for longer is taken for frozen.
  static let patience = TimeSpan.seconds(10)

  var contents: LockContents
  /// When the last heartbeat was.
  var beat: Timestamp

  var presence: EnginePresence {
    let age = EngineClock.system.now.utc - beat
    let host = SafeText(contents.holder.host)
    if age > Self.patience {
      return .silent(pid: contents.holder.pid, host: host, heartbeatAge: age)
    }
    return .running(pid: contents.holder.pid, host: host, since: contents.since)
  }

  /// Who holds the lock; nil: nobody does.
  ///
  /// Between taking the lock and writing who took it a moment passes, in which the file still
  /// names the holder before. A holder that is gone is therefore looked at again, a few times.
  static func look(at path: String) -> HeldLock? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var seen: HeldLock?
    for attempt in 0..<20 {
      if attempt > 0 { usleep(10_000) }
      guard FileLock.isHeld(descriptor) else { return nil }
      guard let contents = LockContents(descriptor: descriptor),
        let status = try? FileStatus(descriptor: descriptor)
      else { continue }
      seen = HeldLock(contents: contents, beat: Timestamp(milliseconds: status.modified))
      if contents.holder.isAlive != false { return seen }
    }
    return seen ?? .nameless
  }

  /// Held, by somebody who has not said who.
  private static var nameless: HeldLock {
    let nobody = ProcessIdentity(pid: 0, startTime: 0, host: "unknown", machine: "unknown")
    let now = EngineClock.system.now.utc
    return HeldLock(
      contents: LockContents(holder: nobody, since: now, remembered: nil), beat: now)
  }
}
