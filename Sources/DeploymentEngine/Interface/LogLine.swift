public import SafeTexts

/// The severity of a log line.
public enum LogLevel: String, Hashable, Codable, Sendable, CaseIterable {
  /// See the names.
  case debug, info, warning, error
}

/// One line that a driver's deployment wrote to its log.
public struct LogLine: Hashable, Sendable {
  /// The severity.
  public var level: LogLevel
  /// The text.
  public var message: SafeText
  /// A line.
  public init(_ level: LogLevel, _ message: SafeText) {
    self.level = level
    self.message = message
  }
}
