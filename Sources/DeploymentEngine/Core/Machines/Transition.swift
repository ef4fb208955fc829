import DeploymentInterface
import SafeTexts

/// What an input to a machine wants done, in lanes; the record is stored in any case.
struct Transition: Hashable, Sendable {
  /// The next call of its operation is made.
  var calls = false
  /// It waits in this queue of its provider.
  var queue: WorkQueue?
  /// The input was none that this state can take: a broken invariant, in one sentence.
  var broken: String?

  /// Nothing more than that the record is stored.
  static let none = Transition()
  /// The next call is made.
  static let call = Transition(calls: true)
  /// It waits for a place.
  static func wait(_ queue: WorkQueue) -> Transition { Transition(queue: queue) }
  /// The input cannot be taken.
  static func broken(_ sentence: String) -> Transition { Transition(broken: sentence) }
}
