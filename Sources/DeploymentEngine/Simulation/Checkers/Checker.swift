import DeploymentEngine
package import DeploymentInterface

/// What is judged, each with the exit code that a failing run ends with.
package enum Checker: Int32, CaseIterable, Sendable {
  /// At most one operation and one call in flight for a deployment.
  case oneCall = 101
  /// `checkState` only while an operation runs, every method only where it makes sense.
  case calls
  /// A call says what is stored, and only what is stored is called.
  case faithfulness
  /// L2 is never assigned, nobody's becomes another's, assigned never goes back to a cache.
  case placement
  /// States follow one another as the table says, and none meets what it excludes; revisions grow.
  case transitions
  /// Nobody is let in before `setReady` finished after the claim.
  case admission
  /// An error has a reason, a decision has one, lists keep their bounds.
  case records
  /// Names, addresses and ports are held once; no two usable holders of a unique id.
  case identity
  /// No user holds two in one pool, nobody waits for what is there.
  case users
  /// What is counted is what there is.
  case counts
  /// Pool and provider limits hold at every instant.
  case limits
  /// Whatever is not history has a due time, and the engine wakes for it.
  case dueTimes
  /// A pool that may not create does not.
  case creation
  /// Publications: one active, one in preparation, none removed from under a deployment.
  case publications
  /// One answer for each request, a refusal says why and changes nothing.
  case answers
  /// What is stored is the state.
  case durability
  /// A restart changes nothing but due times.
  case restart
  /// Planning or ticking twice does what once did.
  case repetition
  /// Idle means that nothing is in flight.
  case idleness
  /// What exists outside belongs to exactly one record.
  case things
  /// When faults stop, everything settles within a stated time.
  case liveness
  /// One seed is one trace.
  case determinism
  /// What a scenario itself expects.
  case scenario
  /// What has no record is listed, keeps its name and its place, and is removed only when it is
  /// known, and somebody wants it.
  case orphans
  /// What is adopted is one user's, once.
  case adoptions

  /// What it holds, in a sentence for a person.
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
    }
  }

  /// The exit code of a run that this checker ended.
  package var exitCode: Int32 { rawValue }
}

/// What a checker found.
package struct Violation: Hashable, Sendable, CustomStringConvertible {
  package var checker: Checker
  package var text: String

  package init(checker: Checker, text: String) {
    self.checker = checker
    self.text = text
  }

  package var description: String { text }

  /// The deployment that it names first, if it names one.
  package var deployment: DeploymentID? {
    for word in text.split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
      if word.first == "d", let id = DeploymentID(parsing: word) { return id }
    }
    return nil
  }
}
