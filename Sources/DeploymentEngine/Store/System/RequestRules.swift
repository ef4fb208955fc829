package import DeploymentEngine
import DeploymentInterface

extension Request {
  /// Whether this asks for the same as an earlier request, by any user, at any time.
  package func repeats(_ earlier: Request) -> Bool {
    guard ifRevision == earlier.ifRevision else { return false }
    // The level of a move follows from where the deployment is when the request is made.
    if case (.move(let one, _), .move(let other, _)) = (verb, earlier.verb) { return one == other }
    return verb == earlier.verb
  }

  /// How long a request is valid if its answer is waited for.
  static let validity = TimeSpan.seconds(60)
  static let forEver = TimeSpan.hours(24 * 365 * 100)

  /// How long it is valid at most: a report tells what has happened, and is valid for ever.
  var longestValidity: TimeSpan {
    if case .notify = verb { return Self.forEver }
    return Self.validity
  }
}
