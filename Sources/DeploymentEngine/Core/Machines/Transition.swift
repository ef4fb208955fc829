import DeploymentInterface
import SafeTexts

/// What must follow an input to a machine, in lanes; the record is stored in any case.
struct Transition: Hashable, Sendable {
  /// Whether the next call of its operation is made.
  var calls = false
  /// The queue of its provider in which it waits; nil if none.
  var queue: WorkQueue?
  /// Why the state cannot take the input: a broken invariant, in one sentence.
  var broken: String?

  /// Nothing but storing the record.
  static let none = Transition()
  /// The next call is made.
  static let call = Transition(calls: true)
  /// It waits for a place.
  static func wait(_ queue: WorkQueue) -> Transition { Transition(queue: queue) }
  /// The input cannot be taken.
  static func broken(_ sentence: String) -> Transition { Transition(broken: sentence) }
}
