import DeploymentInterface
import SafeTexts

/// The pauses and limits of the core that are not configurable.
enum Timing {
  /// The length of what has no end.
  static let century = TimeSpan.hours(24 * 365 * 100)
  /// Between two attempts during a maintenance.
  static let maintenance = TimeSpan.seconds(30)
  /// The extension for a call in flight when its operation's deadline passes.
  static let lastCall = TimeSpan.seconds(1)
  /// The first pause after a transient or unknown failure, and the longest.
  static let retry = (first: TimeSpan.seconds(1), longest: TimeSpan.minutes(1))
  /// The first pause after a removal that failed, and the longest.
  static let removal = (first: TimeSpan.minutes(1), longest: TimeSpan.hours(1))
  /// Before the first listing of resources, before another one after a new orphan, before all
  /// others, and the time limit of a listing.
  static let inventory = (
    first: TimeSpan.seconds(2), again: TimeSpan.seconds(10), usual: TimeSpan.seconds(30),
    longest: TimeSpan.seconds(50), call: TimeSpan.minutes(3)
  )
  /// A provider is doubted if its list loses at least `least` deployments and half of all, until a
  /// listing that begins `confirmed` later. Single checks count together for `looks`.
  static let doubt = (
    least: 3, confirmed: TimeSpan.minutes(1), looks: TimeSpan.minutes(1)
  )
  /// How often an error that may have passed is checked again: while its user waits, and otherwise.
  static let recheck = (waiting: TimeSpan.seconds(10), usual: TimeSpan.minutes(10))
  /// The first pause after a provider throttles us or rejects our credentials, and the longest,
  /// which also limits the time that a provider asks for.
  static let provider = (first: TimeSpan.seconds(5), longest: TimeSpan.minutes(10))
  /// The time for one attempt at a provider that rejected us.
  static let attempt = TimeSpan.minutes(2)
  /// The minimum time between two checks of a deployment after reports of its driver.
  static let look = TimeSpan.seconds(10)
  /// The minimum time between two applied reports of logged-in users.
  static let users = TimeSpan.seconds(1)
  /// The bounds of a driver's `suggestedTime`.
  static let check = (shortest: TimeSpan.milliseconds(10), longest: TimeSpan.minutes(10))
  /// Deployments that may fail for a user before the user waits between two tries.
  static let assignTries = 3
  /// Tries in a row that fail for now before a user goes on to another one that is ready.
  static let triesBesideReady = 3
  /// A call that is still out this long after its time limit hangs: a program has been ended by
  /// then, but nothing can end a call inside this process.
  static let hang = TimeSpan.seconds(5)
  /// The least time between two checks of a removal that makes no progress.
  static let stuckCheck = TimeSpan.seconds(10)
  /// The pause before another port is tried, and after how many tries the pauses grow.
  static let port = (pause: TimeSpan.milliseconds(10), tries: 200)
  /// The longest restraint of a pool, and the failed creations that are allowed in a day.
  static let restraint = (longest: TimeSpan.hours(4), daily: 30, day: TimeSpan.hours(24))
  /// A name that something else has is not given again before this.
  static let takenName = TimeSpan.hours(1)
  /// The longest grace time of a request.
  static let grace = TimeSpan.hours(24)
  /// Checks of what is gone although its provider lists it.
  static let looksWhileListed = 20
  /// The shortest log-out grace of a report that was kept while no engine ran.
  static let keptReports = TimeSpan.seconds(10)
}
