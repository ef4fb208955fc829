public import DeploymentInterface
public import SafeTexts

/// Whether an engine runs on a store, and which.
public enum LeaseStatus: Hashable, Sendable {
  /// None does.
  case none
  /// This one does.
  case running(pid: Int32, host: SafeText, since: Timestamp)
  /// This one holds the store but has given no sign of life for so long: frozen, or on its way to
  /// an end.
  case silent(pid: Int32, host: SafeText, heartbeatAge: TimeSpan)

  /// Whether an engine holds the store, be it silent.
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
