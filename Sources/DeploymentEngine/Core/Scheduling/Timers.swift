import Basics
import DeploymentInterface
import HeapModule
import SafeTexts

/// The due times, the present time and the jitter of pauses.
struct Timers: Sendable {
  /// The time of this step on both clocks.
  var now: EngineTime
  private var jitter: SplitMix64
  private var dues = Heap<Due>()
  private var order: UInt64 = 0

  init(seed: UInt64, at now: EngineTime) {
    self.now = now
    jitter = SplitMix64(seed: seed)
  }

  /// The earliest due time; nil if nothing is due.
  var next: Moment? { dues.min?.at }

  mutating func add(_ moment: Moment, _ target: Due.Target) {
    order += 1
    dues.insert(Due(at: moment, order: order, target: target))
  }

  /// Removes and returns the earliest entry that is due by now; the older of two with the same
  /// time.
  mutating func takeDue() -> Due? {
    guard let due = dues.min, due.at <= now.moment else { return nil }
    dues.removeMin()
    return due
  }

  /// A growing pause with jitter, so that failures at the same time are not retried at the same
  /// time.
  mutating func pause(after failures: Int, from base: TimeSpan, upTo limit: TimeSpan) -> TimeSpan {
    let doublings = min(max(failures, 1) - 1, 16)
    let grown = min(base.milliseconds << Int64(doublings), limit.milliseconds)
    let jitter = Int64(jitter.next() % 501) - 250
    return .milliseconds(max(1, grown + grown * jitter / 1000))
  }
}

/// An entry of the timer heap.
struct Due: Comparable, Sendable {
  enum Target: Hashable, Sendable {
    /// Valid only while the deployment is due at exactly that time.
    case deployment(DeploymentID)
    case pool(Int)
    case publication(Int, Int)
    case inventory(Int)
  }
  var at: Moment
  var order: UInt64
  var target: Target

  static func < (one: Due, other: Due) -> Bool { (one.at, one.order) < (other.at, other.order) }
  static func == (one: Due, other: Due) -> Bool { one.order == other.order }
}
