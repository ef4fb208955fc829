import DeploymentEngine
import DeploymentInterface
import EngineStore
import SafeTexts

/// A request that a command makes, with the name of its subject as the user typed it.
struct Act {
  /// The argument as typed: an id, a name, a pool or a user; begins each line about it.
  let argument: String
  /// Makes the request; throws if the argument names nothing.
  let verb: (StoreView) throws(LookupFailure) -> Verb
  /// The completion that `--wait` waits for.
  let goal: Goal
  /// Whether an earlier request was made by the same words, although they name nothing any more, or
  /// something else that has got the name.
  var matches: (Verb, StoreView) -> Bool = { _, _ in false }

  /// The completion of an act.
  enum Goal: Hashable {
    /// The engine's answer.
    case answered
    /// The deployment is history.
    case gone
    /// The deployment is usable, and no operation runs.
    case usable
    /// The deployment is usable or history, and no operation runs.
    case ended
    /// The user is let in.
    case letIn(user: SafeText, target: SafeText)
    /// The pool's newest publication is active.
    case published(pool: SafeText)

    /// The completion of a request, by its row in the table of requests.
    /// - Parameters:
    ///   - argument: the subject as typed.
    ///   - user: the user who will be let in.
    init(of name: RequestName, on argument: String, user: SafeText = "") {
      self =
        switch name.row.completion {
        case .answered: .answered
        case .gone: .gone
        case .usable: .usable
        case .ended: .ended
        case .letIn: .letIn(user: user, target: SafeText(argument))
        case .published: .published(pool: SafeText(argument))
        }
    }
  }

  /// Makes an act on the deployment that an argument names.
  static func on(_ argument: String, _ asked: DeploymentRequest) -> Act {
    Act(
      argument: argument,
      verb: { view throws(LookupFailure) in
        Verb(asked, of: try view.deployment(named: argument).id)
      },
      goal: Goal(of: asked.name, on: argument),
      matches: { earlier, view in
        guard earlier.name == asked.name, let id = earlier.deployment else { return false }
        return isTyped(argument, id, in: view)
      })
  }

  /// Whether the act, as it was typed, is the one that made an earlier request.
  ///
  /// - Parameter ifRevision: the revision that the act requires.
  func repeats(_ earlier: Request, ifRevision: UInt64?, in view: StoreView) -> Bool {
    guard earlier.ifRevision == ifRevision else { return false }
    if let verb = try? verb(view),
      Request(key: earlier.key, actor: "", verb: verb, ifRevision: ifRevision).repeats(earlier)
    {
      return true
    }
    return matches(earlier.verb, view)
  }

  /// Whether a deployment has the id or the name that was typed; a deployment that the store has
  /// forgotten may have had the name.
  static func isTyped(_ typed: String, _ id: DeploymentID, in view: StoreView) -> Bool {
    if let typed = DeploymentID(parsing: typed) { return typed == id }
    return view.deployment(id).map { $0.name.text == typed } ?? true
  }

  /// Makes an act on a pool, a provider or a unique id, which the engine looks up itself.
  static func on(_ argument: String, _ verb: Verb) -> Act {
    Act(
      argument: argument, verb: { _ throws(LookupFailure) in verb },
      goal: Goal(of: verb.name, on: argument))
  }
}

/// The result of an act.
struct ActResult {
  /// The outcome.
  enum Outcome: String {
    /// The engine will carry it out.
    case accepted
    /// The engine refused it, and nothing has changed.
    case refused
    /// It has ended successfully.
    case done
    /// It has failed.
    case failed
  }

  let act: Act
  var outcome: Outcome
  /// The engine's note, or the reason of the failure.
  var reason: SafeText
  /// The deployment, if there is one.
  var deployment: DeploymentID?
  /// The exit status for this act alone.
  var status: ExitStatus
  /// Something that a person can change holds it up; the reason says what.
  var isHeldUp = false

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
