import DeploymentInterface
import SafeTexts

/// Back-off of a provider that throttles us or rejects our credentials.
struct ProviderBackoff: Sendable {
  var kind: FailureClass
  /// When it is tried again.
  var retry: Moment
  /// When the restraints of its pools end by themselves.
  var end: Moment
}
