import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// One thing that is asked of the engine by a command, with what it is called to the person who
/// asked.
struct Act {
  /// What was typed: an id, a name, a pool or a user; begins each line about it.
  let argument: String
  /// What is asked for; throws when the argument names nothing.
  let verb: (StoreView) throws(LookupFailure) -> Verb
  /// When it has ended, for whoever waits.
  let goal: Goal

  /// When an act has ended.
  enum Goal: Hashable {
    /// With the engine's answer.
    case answered
    /// When the deployment is history.
    case gone
    /// When the deployment is usable and nothing goes on.
    case usable
    /// When the deployment is usable or history, and nothing goes on.
    case ended
    /// When the user is let in.
    case letIn(user: SafeText, target: SafeText)
    /// When the pool's newest publication is active.
    case published(pool: SafeText)
  }

  /// An act on the deployment that an argument names.
  static func on(
    _ argument: String, goal: Goal, verb: @escaping (DeploymentID) -> Verb
  ) -> Act {
    Act(
      argument: argument,
      verb: { view throws(LookupFailure) in verb(try view.deployment(named: argument).id) },
      goal: goal)
  }

  /// An act on a pool, a provider or a unique id, which the engine looks up itself.
  static func on(_ argument: String, goal: Goal = .answered, _ verb: Verb) -> Act {
    Act(argument: argument, verb: { _ throws(LookupFailure) in verb }, goal: goal)
  }
}

/// What came of an act.
struct ActResult {
  /// How far it came.
  enum Outcome: String {
    /// The engine will carry it out.
    case accepted
    /// The engine does not, and nothing has changed.
    case refused
    /// It has ended well.
    case done
    /// It has ended badly.
    case failed
  }

  let act: Act
  var outcome: Outcome
  /// What the engine says about it, or why it came to nothing.
  var reason: SafeText
  /// The deployment concerned.
  var deployment: DeploymentID?
  /// The exit status for it alone.
  var status: ExitStatus

  init(
    _ act: Act, _ outcome: Outcome, _ reason: SafeText, deployment: DeploymentID? = nil,
    status: ExitStatus? = nil
  ) {
    self.act = act
    self.outcome = outcome
    self.reason = reason
    self.deployment = deployment
    self.status = status ?? (outcome == .refused || outcome == .failed ? .failed : .done)
  }
}
