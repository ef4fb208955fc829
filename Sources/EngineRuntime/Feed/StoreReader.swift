public import DeploymentEngine

/// Reads a store that any engine writes. It creates nothing and needs no permission to write.
public final class StoreReader: Sendable {
  /// Opens the store at a path.
  public init(path: String) throws(StoreFailure) {
    throw StoreFailure(.absent, "there is no store at \(path)")
  }

  /// All of the store as of now.
  public func snapshot() throws(StoreFailure) -> StoreSnapshot {
    throw StoreFailure(.absent, "there is no store")
  }

  /// What changed since a commit.
  ///
  /// - Parameter sequence: the `sequence` of the last snapshot or changes.
  public func changes(since sequence: Int64) throws(StoreFailure) -> StoreChanges {
    throw StoreFailure(.absent, "there is no store")
  }

  /// Events after a number, oldest first.
  ///
  /// - Parameters:
  ///   - deployment: only events of this one; nil: all.
  ///   - limit: at most so many.
  public func journal(
    after sequence: Int64, deployment: DeploymentID?, limit: Int
  ) throws(StoreFailure) -> [NumberedEntry] { [] }

  /// The last events, oldest first.
  ///
  /// - Parameters:
  ///   - deployment: only events of this one; nil: all.
  ///   - limit: at most so many.
  public func journalTail(
    deployment: DeploymentID?, limit: Int
  ) throws(StoreFailure) -> [NumberedEntry] { [] }
}
