/// Every limit on memory, queues and text, in one place. Reaching one is an event, not an accident.
public enum Limits {
  /// Checks of deployments that are remembered for judging a provider.
  public static let looks = 1000
  /// Bytes of a name, prefix and number together: what NetBIOS allows.
  public static let nameLength = 15
  /// Users logged in to one deployment.
  public static let loggedInUsers = 64
  /// Log lines that one driver call may leave.
  public static let logLinesPerCall = 64
  /// Users that wait in one pool for a deployment.
  public static let waitingUsers = 10_000
  /// Bytes that a driver may store for one deployment.
  public static let driverDataBytes = 65_536
  /// Bytes of one answer of a driver that is a program of its own.
  public static let driverReplyBytes = 1_048_576
  /// Bytes that such a driver may want handed back, as JSON.
  public static let driverStateBytes = 16_384
  /// Bytes of its standard error that are kept of one call; the last ones count.
  public static let driverErrorBytes = 65_536
  /// Requests that a driver that is a serving program has at once; more wait their turn.
  public static let servedCalls = 64
  /// Bytes of what a driver says unasked.
  public static let noticeBytes = 255
  /// Things that drivers have spoken of unasked, and that the engine has not heard of yet; what is
  /// more is dropped.
  public static let unheardNotices = 100_000
  /// Events kept in the journal.
  public static let journalEntries = 200_000
  /// Things without a record that are kept in mind of one provider; the others are counted.
  public static let orphans = 200
  /// Notices that wait for a driver to be told; the oldest are dropped.
  public static let pendingNotices = 32
  /// Ports handed to deployments, lowest and highest: below the range that systems give out
  /// themselves.
  public static let ports: ClosedRange<UInt16> = 20_000...29_999
}
