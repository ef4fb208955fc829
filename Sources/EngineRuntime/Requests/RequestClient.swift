public import DeploymentEngine

/// Leaves requests in a store for the engine that runs on it, in whichever process that is.
public final class RequestClient: Sendable {
  /// Opens the store at a path, which must exist.
  public init(path: String) throws(StoreFailure) {
    throw StoreFailure(.absent, "there is no store at \(path)")
  }

  /// Leaves a request. One whose key is already there is not left again: it keeps its first answer.
  public func submit(_ request: Request) throws(StoreFailure) {}

  /// The answer to a request; nil while there is none.
  public func answer(to key: RequestKey) throws(StoreFailure) -> Reply? { nil }

  /// Takes back a request that no engine has taken up.
  ///
  /// - Returns: true: it is gone and will never be carried out. False: it was answered, or is being
  ///   carried out, or was not there.
  public func withdraw(_ key: RequestKey) throws(StoreFailure) -> Bool { false }

  /// Leaves requests and blocks until all are answered or the time is over; the unanswered ones are then
  /// taken back and absent from what is returned.
  public func ask(
    _ requests: [Request], timeout: TimeSpan
  ) throws(StoreFailure) -> [RequestKey: Reply] { [:] }
}
