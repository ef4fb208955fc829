public import SafeTexts

/// How loud a line of a log is.
public enum LogLevel: String, Hashable, Codable, Sendable, CaseIterable {
  /// See the names.
  case debug, info, warning, error
}

/// One line that a driver's deployment wrote to its log.
public struct LogLine: Hashable, Sendable {
  /// How loud.
  public var level: LogLevel
  /// What it says.
  public var message: SafeText
  /// A line.
  public init(_ level: LogLevel, _ message: SafeText) {
    self.level = level
    self.message = message
  }
}
