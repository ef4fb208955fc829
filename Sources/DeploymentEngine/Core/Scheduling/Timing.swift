import DeploymentInterface
import SafeTexts

/// The pauses of the core that no configuration sets.
enum Timing {
  /// Between two attempts at what waits for the end of a maintenance.
  static let maintenance = TimeSpan.seconds(30)
  /// What a call that is out gets when its operation's deadline passes.
  static let lastCall = TimeSpan.seconds(1)
  /// The first pause after a transient or unknown failure, and the longest.
  static let retry = (first: TimeSpan.seconds(1), longest: TimeSpan.minutes(1))
  /// The first pause after a removal that failed, and the longest.
  static let removal = (first: TimeSpan.minutes(1), longest: TimeSpan.hours(1))
  /// Before the first listing of what exists outside, before another one where something was new,
  /// before all others, and how long one may take.
  static let inventory = (
    first: TimeSpan.seconds(2), again: TimeSpan.seconds(10), usual: TimeSpan.minutes(5),
    call: TimeSpan.minutes(3)
  )
  /// The first pause after a provider throttles us or rejects our credentials, and the longest,
  /// also where the provider says how long.
  static let provider = (first: TimeSpan.seconds(5), longest: TimeSpan.minutes(10))
  /// What an attempt at a provider that rejected us gets until it has worked.
  static let attempt = TimeSpan.minutes(2)
  /// The least time between two verifications of a deployment that its driver reported.
  static let look = TimeSpan.seconds(10)
  /// The least time between two reports of a driver about who is logged in.
  static let users = TimeSpan.seconds(1)
  /// The least and the most that a driver's `suggestedTime` counts.
  static let check = (shortest: TimeSpan.milliseconds(10), longest: TimeSpan.minutes(10))
  /// The longest grace time of a request.
  static let grace = TimeSpan.hours(24)
}
