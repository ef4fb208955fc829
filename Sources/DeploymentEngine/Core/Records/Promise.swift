public import DeploymentInterface
public import SafeTexts

/// What a user is owed who asked for a deployment and was not let in yet.
///
/// It stands with the user who waits, or with the deployment that is being made ready for the user.
/// When that deployment fails, the user goes on to the next one and keeps the place in the order.
public struct Promise: Hashable, Sendable {
  /// The order in which users are served; lower first.
  public var position: Int64
  /// Deployments that failed for this user. Those that are gone or out of reach are not counted.
  public var failures = 0
  /// Why they failed, latest last; at most `Promise.keptReasons`.
  public var reasons: [SafeText] = []
  /// When the user gives up; nil: never.
  public var patience: Deadline?
  /// What waits for the user and takes the promise with it when it ends; nil: nothing.
  public var asker: Asker?

  /// How many reasons are kept.
  public static let keptReasons = 3

  /// A promise with its place in the order.
  public init(position: Int64, patience: Deadline? = nil, asker: Asker? = nil) {
    self.position = position
    self.patience = patience
    self.asker = asker
  }

  /// A deployment failed for the user.
  mutating func note(_ failure: DeploymentFailure) {
    reasons = (reasons + [failure.reason]).suffix(Self.keptReasons)
    switch failure.kind {
    case .permanent, .nameTaken, .portTaken: failures += 1
    case .transient, .throttled, .denied, .unknown, .gone: break
    }
  }
}

/// The process that waits until a user is let in. The core only compares it; how to tell whether it
/// still runs is its writer's business.
public struct Asker: Hashable, Codable, Sendable {
  /// Identifies the process.
  public let text: SafeText
  /// An asker from a text.
  public init(_ text: SafeText) { self.text = text }
}

/// A user who waits in a pool until a deployment can be had.
public struct WaitingUser: Hashable, Sendable {
  /// The pool.
  public let pool: PoolID
  /// Who waits.
  public let user: SafeText
  /// What the user is owed.
  public var promise: Promise
  /// The user is not served before this, because several deployments failed in a row; nil: at once.
  public var retryAt: Deadline?

  /// A user in a queue.
  public init(pool: PoolID, user: SafeText, promise: Promise, retryAt: Deadline? = nil) {
    self.pool = pool
    self.user = user
    self.promise = promise
    self.retryAt = retryAt
  }

  /// The order in which users are served; lower first.
  public var position: Int64 { promise.position }

  /// The same with its due times on another clock.
  public func mappingDeadlines(_ transform: (Deadline) -> Deadline) -> WaitingUser {
    var copy = self
    copy.promise.patience = promise.patience.map(transform)
    copy.retryAt = retryAt.map(transform)
    return copy
  }
}
