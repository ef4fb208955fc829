import Basics
import DeploymentInterface
import Posix

/// A heartbeat in a lock file: the monotonic clock of the process that wrote it, never the time of
/// day, which may be set.
struct Heartbeat: Hashable, Sendable {
  /// The reading of the clock, in milliseconds.
  var at: Int64
  /// Which clock that is: processes of one boot and one time namespace share it.
  var clock: String

  /// A heartbeat now.
  static var now: Heartbeat {
    Heartbeat(at: SystemClock.monotonicMilliseconds, clock: ownClock)
  }

  private static let ownClock =
    "\(ProcessIdentity.current.bootID)/\(Proc.namespace("time"))"

  /// How long ago it was; nil: its clock is not that of this process.
  var age: TimeSpan? {
    let now = Self.now
    guard clock == now.clock, 0...now.at ~= at else { return nil }
    return TimeSpan(milliseconds: now.at - at)
  }
}

/// What this process has seen of the heartbeats whose clock it cannot read: how long each has not
/// changed, by its own clock.
struct HeartbeatWatch: Sendable {
  /// A heartbeat as it is told from the next one.
  struct Sign: Hashable, Sendable {
    var holder: HolderProcess
    var value: Int64
  }
  private var seen: [String: (sign: Sign, since: Moment)] = [:]

  /// The watch of this process.
  static let own = Mutex(HeartbeatWatch())

  /// Notes the heartbeat of a lock file, and returns how long it has not changed.
  mutating func note(_ sign: Sign, in path: String, at now: Moment) -> TimeSpan {
    if let known = seen[path], known.sign == sign { return now - known.since }
    seen[path] = (sign, now)
    return .zero
  }
}
