import DeploymentEngine
import DeploymentInterface

/// The way by which requests reach the engine of a store.
protocol RequestChannel: Sendable {
  /// Submits requests: all of them or, if it throws, none.
  ///
  /// - Parameter allOrNone: throws if a key belongs to another request.
  /// - Returns: the keys that belong to other requests, which are not submitted.
  func put(
    _ requests: [Request], allOrNone: Bool, validity: TimeSpan, at now: Timestamp
  ) throws(StoreFailure) -> [RequestKey]

  /// Withdraws a request that no engine has taken up.
  ///
  /// - Returns: whether it will never be carried out.
  func withdraw(_ key: RequestKey) throws(StoreFailure) -> Bool

  /// Keeps those of the submitted reports that have no reply, as they are given here, for the next
  /// engine. When this returns, they survive a loss of power.
  func keep(_ reports: [Request]) throws(StoreFailure)

  /// Whether a submitted request without a reply may still be carried out.
  func isOpen(_ key: RequestKey) throws(StoreFailure) -> Bool
}
