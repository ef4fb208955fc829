import DeploymentEngine
import DeploymentInterface

/// The classes of faults in a world. Each can be left out, to find those that a failure needs.
package enum FaultClass: String, CaseIterable, Sendable {
  /// Answers with a permanent error.
  case permanent
  /// Answers with a transient error.
  case transient
  /// Answers without information, such as an exception; the work may be done nevertheless.
  case unknown
  /// Answers of unknown outcome whose work was not done.
  case lost
  /// Calls that never return.
  case hang
  /// Calls that take longer than their deadline.
  case slow
  /// Ports that a foreign program has taken.
  case port
  /// Two resources with one unique id or one address.
  case twin
  /// Addresses that arrive late or never.
  case address
  /// Providers that fail completely for minutes at a time.
  case outage
  /// Answers with impossible times, names or progress.
  case garbage
  /// Hosts that go down with all their resources, and return with or without them.
  case host
  /// Resources that disappear although nobody removed them.
  case vanish
  /// Foreign resources with our names.
  case stranger
  /// Notices of drivers about changes and logged-in users.
  case notice
  /// Answers that arrive twice, together, or after their operation has ended.
  case old
  /// Deaths of the process, before or after any commit and any call.
  case crash
  /// Stores that cannot be written for a while, or report a commit as failed that they have
  /// written.
  case store
  /// Jumps of the wall clock, by an hour, by hand or by years; sleeps of the machine.
  case clock
  /// Arbitrary requests of operators.
  case operators
  /// Arbitrary events from agents.
  case agents
  /// Many users at one instant, who repeat requests and leave.
  case storm
  /// Commands that are killed while they wait until a user is let in.
  case askers
  /// Changes of the configuration file: limits, sizes, names, whole pools.
  case reload
  /// Services that change their offer, or fail to load.
  case service
  /// Removals that report success and leave the resource behind.
  case zombie
  /// Deploys that create a second resource.
  case second
  /// Stores that have lost the record of an existing deployment.
  case loss
  /// Listings that are late, outdated, failing, repeated or missing, or that contain foreign
  /// resources.
  case inventory
}

extension Behaviour {
  /// Its class of faults; nil if it is none.
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
