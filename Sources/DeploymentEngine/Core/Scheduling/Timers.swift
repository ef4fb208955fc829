import Basics
import DeploymentInterface
import HeapModule
import SafeTexts

/// When something is due next, the present time, and the jitter of pauses.
struct Timers: Sendable {
  /// What both clocks say in this step.
  var now: EngineTime
  private var jitter: SplitMix64
  private var dues = Heap<Due>()
  private var order: UInt64 = 0

  init(seed: UInt64, at now: EngineTime) {
    self.now = now
    jitter = SplitMix64(seed: seed)
  }

  /// When the earliest is due; nil: nothing is.
  var next: Moment? { dues.min?.at }

  mutating func add(_ moment: Moment, _ target: Due.Target) {
    order += 1
    dues.insert(Due(at: moment, order: order, target: target))
  }

  /// Takes the earliest that is due by now; of two that are due at one time the older.
  mutating func takeDue() -> Due? {
    guard let due = dues.min, due.at <= now.moment else { return nil }
    dues.removeMin()
    return due
  }

  /// A growing pause with jitter, so that what failed together does not come back together.
  mutating func pause(after failures: Int, from base: TimeSpan, upTo limit: TimeSpan) -> TimeSpan {
    let doublings = min(max(failures, 1) - 1, 16)
    let grown = min(base.milliseconds << Int64(doublings), limit.milliseconds)
    let jitter = Int64(jitter.next() % 501) - 250
    return .milliseconds(max(1, grown + grown * jitter / 1000))
  }
}

/// When something is to be looked at again.
struct Due: Comparable, Sendable {
  enum Target: Hashable, Sendable {
    /// Counts only while the deployment is due at that very time.
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
