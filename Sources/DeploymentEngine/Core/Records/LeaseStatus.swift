public import DeploymentInterface
public import SafeTexts

/// Whether an engine runs on a store, and which.
public enum LeaseStatus: Hashable, Sendable {
  /// No engine runs.
  case none
  /// This engine runs.
  case running(pid: Int32, host: SafeText, since: Timestamp)
  /// This engine holds the store, but its last heartbeat is `heartbeatAge` old: it is frozen or
  /// about to end.
  case silent(pid: Int32, host: SafeText, heartbeatAge: TimeSpan)

  /// Whether an engine holds the store, silent or not.
  public var isThere: Bool { self != .none }

  /// Who holds the store, as a part of a sentence.
  package var words: String {
    switch self {
    case .none: "nobody"
    case .running(let pid, let host, _): "the engine with pid \(pid) on \(host)"
    case .silent(let pid, let host, let age):
      "the engine with pid \(pid) on \(host), which has been silent for \(age.spoken),"
    }
  }
}
