import Basics
import DeploymentEngine
import DeploymentInterface

/// Where a script finds the store that is made after it.
final class Place: Sendable {
  private let held = Mutex("")
  /// Open once something was wrong.
  let mistakes = Gate()

  var path: String { held.withLock { $0 } }
  func set(_ path: String) { held.withLock { $0 = path } }
}
