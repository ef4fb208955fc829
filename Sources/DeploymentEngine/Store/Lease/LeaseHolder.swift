import Basics
public import DeploymentEngine
public import DeploymentInterface
import Glibc
import Posix
import SafeTexts

extension LeaseStatus {
  /// The time in which another process takes a store over whose engine has ended.
  public static let takeOverTime = TimeSpan.seconds(2)

  /// The status of a store's lease. If no engine runs, waits for one that takes over, unless no
  /// engine has ever run on the store.
  public static func query(store path: String, patience: TimeSpan) -> LeaseStatus {
    let lock = StorePaths(path).lock
    let end = EngineClock.system.now.moment + patience
    while true {
      let status = query(store: path)
      if status.isThere || EngineClock.system.now.moment >= end { return status }
      guard (try? FileStatus(path: lock)) != nil else { return status }
      usleep(20_000)
    }
  }

  /// The status of a store's lease. The lock is not taken, so an engine that starts is not
  /// disturbed.
  public static func query(store path: String) -> LeaseStatus {
    guard let held = LeaseHolder.look(at: StorePaths(path)) else { return .none }
    return held.presence
  }
}

/// The holder of a lock, as another process sees it.
struct LeaseHolder: Sendable {
  /// An engine without a heartbeat for longer counts as frozen.
  static let patience = TimeSpan.seconds(10)

  var contents: LockContents
  /// What changes with each heartbeat.
  var sign: HeartbeatWatch.Sign
  /// How long it has had no heartbeat.
  var silence: TimeSpan

  private init(_ contents: LockContents, _ status: FileStatus, _ path: String) {
    self.contents = contents
    let sign = HeartbeatWatch.Sign(
      holder: contents.holder, value: contents.beat?.at ?? status.modified)
    self.sign = sign
    let seen = HeartbeatWatch.own.withLock {
      $0.note(sign, in: path, at: EngineClock.system.now.moment)
    }
    silence = Self.silence(contents.beat, unchangedFor: seen)
  }

  /// How long there was no heartbeat: by its own clock where this process can read that, else by
  /// how long it has not changed.
  static func silence(_ beat: Heartbeat?, unchangedFor seen: TimeSpan) -> TimeSpan {
    beat?.age ?? seen
  }

  var presence: LeaseStatus {
    let host = SafeText(contents.holder.place)
    if silence > Self.patience {
      return .silent(pid: contents.holder.process.pid, host: host, heartbeatAge: silence)
    }
    return .running(pid: contents.holder.process.pid, host: host, since: contents.since)
  }

  /// The holder of the lock; nil: nobody holds it.
  ///
  /// For a moment after the lock is taken, the file still names the previous holder. If the named
  /// process does not run, the file is therefore read again, up to 20 times.
  static func look(at paths: StorePaths) -> LeaseHolder? {
    let descriptor = open(paths.lock, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return errno == EACCES ? read(paths.holder) : nil }
    defer { close(descriptor) }
    var seen: LeaseHolder?
    for attempt in 0..<20 {
      if attempt > 0 { usleep(10_000) }
      guard OFDLock.isHeld(descriptor) else { return nil }
      guard let contents = LockContents(descriptor: descriptor),
        let status = try? FileStatus(descriptor: descriptor)
      else { continue }
      seen = LeaseHolder(contents, status, paths.lock)
      if contents.holder.isAlive != false { return seen }
    }
    return seen ?? .nameless
  }

  /// The holder according to the file that names it; nil: nobody, or its process has ended.
  private static func read(_ path: String) -> LeaseHolder? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard let contents = LockContents(descriptor: descriptor),
      let status = try? FileStatus(descriptor: descriptor), !contents.holder.hasEnded
    else { return nil }
    return LeaseHolder(contents, status, path)
  }

  /// A holder that has not written its name.
  private static var nameless: LeaseHolder {
    let nobody = HolderProcess(
      process: ProcessIdentity(pid: 0, startTime: 0, bootID: "unknown"), pidNamespace: nil,
      host: "unknown")
    return LeaseHolder(
      LockContents(holder: nobody, since: EngineClock.system.now.utc, remembered: nil))
  }

  private init(_ contents: LockContents) {
    self.contents = contents
    sign = HeartbeatWatch.Sign(holder: contents.holder, value: 0)
    silence = .zero
  }
}
