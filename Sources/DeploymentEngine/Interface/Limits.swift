/// All limits on memory, queues and text. Reaching one is reported, not an accident.
public enum Limits {
  /// Checks of deployments that are remembered for judging a provider.
  public static let looks = 1000
  /// Bytes of a name, prefix and number together: what NetBIOS allows.
  public static let nameLength = 15
  /// Users logged in to one deployment.
  public static let loggedInUsers = 64
  /// Log lines of one driver call.
  public static let logLinesPerCall = 64
  /// Users who wait in one pool for a deployment.
  public static let waitingUsers = 10_000
  /// Bytes that a driver may store for one deployment.
  public static let driverDataBytes = 65_536
  /// Bytes of one answer of an external driver program.
  public static let driverReplyBytes = 1_048_576
  /// Bytes of the state of such a driver, as JSON.
  public static let driverStateBytes = 16_384
  /// Bytes of its standard error that are kept for one call: the last ones.
  public static let driverErrorBytes = 65_536
  /// Processes that earlier calls of one such driver left running with their streams open; while
  /// there are more, nothing new is started through it.
  public static let leftProcesses = 256
  /// Concurrent requests to a serving driver program; more wait in a queue.
  public static let servedCalls = 64
  /// Bytes of the text of a driver's notice.
  public static let noticeBytes = 255
  /// Deployments with notices that the engine has not handled yet; more are dropped.
  public static let unheardNotices = 100_000
  /// Removed deployments that are kept in the history; the oldest leave it first.
  public static let history = 10_000
  /// Events kept in the journal.
  public static let journalEntries = 200_000
  /// Orphans that are kept for one provider; others are only counted.
  public static let orphans = 200
  /// Undelivered notices of one deployment; the oldest are dropped.
  public static let pendingNotices = 32
  /// The ports for deployments: below the range of ephemeral ports of common systems.
  public static let ports: ClosedRange<UInt16> = 20_000...29_999
}
