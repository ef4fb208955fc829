import DeploymentEngine
package import DeploymentInterface

/// The checkers; the raw value is the exit code of a run that fails by it.
package enum Checker: Int32, CaseIterable, Sendable {
  /// A deployment has at most one operation and one call in flight.
  case oneCall = 101
  /// A driver is called only where the contract allows that method; `checkState` only while an
  /// operation runs.
  case calls
  /// Every call agrees with the store and concerns a stored record.
  case faithfulness
  /// L2 is never assigned, no deployment changes its user, and an assigned one never returns to a
  /// cache.
  case placement
  /// States follow one another as the table allows, invariants hold, and revisions grow.
  case transitions
  /// No user is let in before `setReady` has finished after the assignment.
  case admission
  /// Every error and every decision has a reason, and lists keep their bounds.
  case records
  /// Each name, address and port has one holder, and each unique id one usable holder.
  case identity
  /// No user holds two deployments of a pool or waits while one is available.
  case users
  /// Counts match what exists.
  case counts
  /// The limits of pools and providers always hold.
  case limits
  /// Every deployment that is not history has a due time, and the engine wakes for it.
  case dueTimes
  /// A pool that must not create creates nothing.
  case creation
  /// One publication is active, one in preparation, and none in use is removed.
  case publications
  /// Each request has one answer; a refusal gives a reason and changes nothing.
  case answers
  /// The store holds the state.
  case durability
  /// A restart changes nothing but due times.
  case restart
  /// A repeated event changes nothing.
  case repetition
  /// Idle means that nothing is in flight.
  case idleness
  /// Every external resource belongs to exactly one record.
  case things
  /// When faults stop, everything settles within a stated time.
  case liveness
  /// One seed gives one trace.
  case determinism
  /// The scenario ends as its test expects.
  case scenario
  /// Orphans are listed, keep their identity and their place, and are removed only if they are
  /// confirmed and a user or a rule asks for it.
  case orphans
  /// An adopted resource becomes one user's deployment, once.
  case adoptions
  /// Who asked first is served first, and nobody is refused or waits for what stands ready.
  case promises

  /// The property that it checks, in one sentence for the user.
  package var promise: String {
    switch self {
    case .oneCall: "at most one operation and one call in flight for a deployment"
    case .calls: "a driver is called only where the contract allows that method"
    case .faithfulness: "every call concerns a stored pool and provider"
    case .placement: "L2 is never assigned, and an assigned deployment never returns to a cache"
    case .transitions: "states follow one another as the table allows, and revisions grow"
    case .admission: "no user is let in before setReady has finished after the assignment"
    case .records: "every error and every decision has a reason, and lists keep their bounds"
    case .identity: "each name, address, port and unique id has one holder"
    case .users: "no user holds two deployments of a pool or waits while one is available"
    case .counts: "counts match what exists"
    case .limits: "the limits of pools and providers always hold"
    case .dueTimes:
      "every deployment that is not history has a due time, and the engine wakes for it"
    case .creation: "a pool that must not create creates nothing"
    case .publications: "one publication is active, one in preparation, and none in use is removed"
    case .answers: "each request has one answer, and a refusal says why"
    case .durability: "the store holds the state"
    case .restart: "a restart changes nothing but due times"
    case .repetition: "a repeated event changes nothing"
    case .idleness: "idle means that nothing is in flight"
    case .things: "every external resource belongs to exactly one record"
    case .liveness: "when faults stop, everything settles within a stated time"
    case .determinism: "one seed gives one trace"
    case .scenario: "the scenario ends as its test expects"
    case .orphans: "orphans are listed correctly, and nothing with a record is removed as one"
    case .adoptions: "an adopted resource becomes one user's deployment, once, unchanged"
    case .promises: "who asked first is served first, and nobody is refused what stands ready"
    }
  }

  /// The exit code of a run that fails by this checker.
  package var exitCode: Int32 { rawValue }
}

/// A violation that a checker has found.
package struct Violation: Hashable, Sendable, CustomStringConvertible {
  package var checker: Checker
  package var text: String

  package init(checker: Checker, text: String) {
    self.checker = checker
    self.text = text
  }

  package var description: String { text }

  /// The first deployment that the text names, if any.
  package var deployment: DeploymentID? {
    for word in text.split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
      if word.first == "d", let id = DeploymentID(parsing: word) { return id }
    }
    return nil
  }
}
