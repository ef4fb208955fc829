import DeploymentEngine
import DeploymentInterface

/// The classes of what goes wrong in a world; each can be left out, to find which one it takes.
package enum FaultClass: String, CaseIterable, Sendable {
  /// Answers that are errors for good.
  case permanent
  /// Answers that are errors for now.
  case transient
  /// Answers that say nothing: garbage, an exception; the work may be done all the same.
  case unknown
  /// Work that was not done although the answer got lost.
  case lost
  /// Calls that never come back.
  case hang
  /// Calls that take longer than they may.
  case slow
  /// Ports that a stranger has taken.
  case port
  /// Two things with one unique id.
  case twin
  /// Addresses that come late or never.
  case address
  /// A provider that fails altogether for hours.
  case outage
  /// Answers with nonsense beside the answer: times, names and progress that cannot be.
  case garbage
  /// Hosts that go down with all that they carry, and come back with it or without.
  case host
  /// Things that are gone though nobody removed them.
  case vanish
  /// Things of others under the names that are ours.
  case stranger
  /// Drivers that speak unasked, of what has changed and of who is there.
  case notice
  /// Answers that come twice, together, or after all was over.
  case old
  /// The process dies, before and after each commit and each call.
  case crash
  /// The store cannot be written for a while, or has written and does not say so.
  case store
  /// The wall clock jumps, by summer time, by hand or by years; the machine sleeps.
  case clock
  /// Operators who ask for anything.
  case operators
  /// Agents that say anything.
  case agents
  /// Many users at one instant, asking again and leaving.
  case storm
  /// Configuration files that change: limits, sizes, names, whole pools.
  case reload
  /// Services that offer something else than before, or nothing.
  case service
  /// Removals that say that they are done and leave the thing behind.
  case zombie
  /// Deploys that are asked for again and make a second thing.
  case second
  /// Stores that have lost the record of something that exists.
  case loss
  /// Providers that list what exists late, never, as it was, not at all, or with what is not ours.
  case inventory
}

extension Behaviour {
  /// Which class of faults it is; nil: nothing is wrong with it.
  package var fault: FaultClass? {
    switch self {
    case .finish, .run: nil
    case .fail(let kind, let reason), .runThenFail(_, let kind, let reason):
      switch kind {
      case .permanent, .nameTaken: .permanent
      case .gone: .vanish
      case .transient, .throttled, .denied:
        reason == FaultPlan.silence ? .outage : .transient
      case .unknown: reason == ScriptedDriver.notDone ? .lost : .unknown
      case .portTaken: .port
      }
    case .hang: .hang
    case .slow: .slow
    }
  }
}
