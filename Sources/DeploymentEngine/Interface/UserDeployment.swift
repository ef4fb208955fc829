public import SafeTexts

/// A deployment as its driver makes it: the consumable that is assigned to a user.
///
/// Source: the interface page `UserDeployment`. A deployment is a value: it is decoded before each
/// call, called, and encoded after it, so its encoded form must contain everything that it must
/// remember. Two methods need not be called on the same copy in memory.
///
/// Task methods answer `running`, `finished` or `error`. Throwing a `DeploymentFailure` is the same
/// as answering `error` with it; changes that the method made before are kept. A start method
/// (deploy, move, setReady, destroy, cancel) can be called again with the same stored value after a
/// crash at any moment: it must find its own half-made work by the identity (`environment.name`,
/// `mac`, `port`), and must not create a second resource. For `destroy` and `cancel`, an absent
/// resource counts as done.
public protocol UserDeployment: Codable, Sendable {
  /// The service that offers it; inferred from a method that names
  /// `DeploymentEnvironment<MyService>`.
  associatedtype ServiceType: Service where ServiceType.Deployment == Self
  /// The context of every call (the page's utility methods).
  typealias Environment = DeploymentEnvironment<ServiceType>

  /// The version of the encoded data; data of another version is passed to `migrated`.
  static var dataVersion: UInt8 { get }
  /// Converts JSON that an older version of the driver encoded; nil if it cannot be read.
  static func migrated(_ json: [UInt8], from version: UInt8) -> [UInt8]?

  /// Identifies it for OS managers; may be empty until the resource is known. (`getUniqueId`)
  var uniqueId: String { get }
  /// The name to display; the default is `uniqueId`. (`getName`)
  var name: String { get }
  /// The address that a user connects to; nil until it is known. Without it no user is let in.
  /// (`getIp`)
  var ip: String? { get }
  /// Whether `ip` may be the address of something that stands in front of several deployments, such
  /// as a gateway. Otherwise the second usable deployment of a provider with one address becomes an
  /// error. The default is false.
  var sharesAddress: Bool { get }
  /// The reason that the engine shows, read after each failed call; if it is empty, the default,
  /// the reason of the failure itself is shown. (`reasonOfError`)
  var reasonOfError: String { get }
  /// The pause before the next `checkState`; may differ from call to call. The default is 10 s.
  /// (`suggestedTime`)
  var suggestedTime: TimeSpan { get }
  /// The address of its screen or console for an administrator, such as `vnc://host:5900`; nil if
  /// there is none or it is unknown. Read again after every call.
  var console: String? { get }
  /// The progress of the running operation; nil if unknown.
  var progress: Progress? { get }

  /// Runs after every load; must make no external calls. (`initialize`)
  mutating func initialize(_ environment: Environment)
  /// Creates it for a cache level. For L1 it must be ready to use at the end. (`deployForCache`)
  mutating func deployForCache(
    _ level: CacheLevel, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
  /// Creates it for a user. (`deployForUser`)
  mutating func deployForUser(
    _ user: SafeText, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
  /// Checks the running operation; called one at a time, and only while one runs. (`checkState`)
  mutating func checkState(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
  /// Moves it to another cache level; never called for a service without L2, nor when it is
  /// assigned. (`moveToCache`)
  mutating func moveToCache(
    _ level: CacheLevel, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
  /// Makes sure that it can be used now: answers `finished` if it can, `running` if it is being
  /// made ready, otherwise `error` with the reason. Called each time before a user is let in.
  /// (`setReady`)
  mutating func setReady(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
  /// The OS manager reported ready; `data` is defined by the OS manager.
  /// (`notifyReadyFromOsManager`)
  mutating func notifyReadyFromOSManager(
    _ data: SafeText?, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
  /// Ends the running operation, and removes what it made. (`cancel`)
  mutating func cancel(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
  /// Removes everything that belongs to it. (`destroy`)
  mutating func destroy(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
  /// It now belongs to a user: a notice without an answer. (`assignToUser`)
  mutating func assignToUser(_ user: SafeText, _ environment: Environment) async
  /// It left `preparing` for `usable`. (`finish`)
  mutating func finish(_ environment: Environment) async
  /// The OS manager reported this IP. The default ignores it: the engine keeps the IP. (`setIp`)
  mutating func setIp(_ ip: SafeText, _ environment: Environment) async
  /// A user logged in. (`userLoggedIn`)
  mutating func userLoggedIn(_ user: SafeText, _ environment: Environment) async
  /// A user logged out. (`userLoggedOut`)
  mutating func userLoggedOut(_ user: SafeText, _ environment: Environment) async
}

extension UserDeployment {
  /// The first version.
  public static var dataVersion: UInt8 { 1 }
  /// There is no older version.
  public static func migrated(_ json: [UInt8], from version: UInt8) -> [UInt8]? { nil }
  /// The unique id.
  public var name: String { uniqueId }
  /// The address is its own.
  public var sharesAddress: Bool { false }
  /// The reason of the failure itself.
  public var reasonOfError: String { "" }
  /// 10 s.
  public var suggestedTime: TimeSpan { .seconds(10) }
  /// Unknown.
  public var console: String? { nil }
  /// Unknown.
  public var progress: Progress? { nil }
  /// Nothing to do.
  public mutating func initialize(_ environment: Environment) {}
  /// Fails; never called for a service without a cache.
  public mutating func deployForCache(
    _ level: CacheLevel, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    throw .permanent("this service has no cache")
  }
  /// Fails; never called for a service without L2.
  public mutating func moveToCache(
    _ level: CacheLevel, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    throw .permanent("this service has no L2 cache")
  }
  /// Always ready.
  public mutating func setReady(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState { .finished }
  /// Nothing is left to do.
  public mutating func notifyReadyFromOSManager(
    _ data: SafeText?, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState { .finished }
  /// The same as removing it.
  public mutating func cancel(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    try await destroy(environment)
  }
  /// Nothing to do.
  public mutating func assignToUser(_ user: SafeText, _ environment: Environment) async {}
  /// Nothing to do.
  public mutating func finish(_ environment: Environment) async {}
  /// Nothing to do: the engine keeps the IP.
  public mutating func setIp(_ ip: SafeText, _ environment: Environment) async {}
  /// Nothing to do.
  public mutating func userLoggedIn(_ user: SafeText, _ environment: Environment) async {}
  /// Nothing to do.
  public mutating func userLoggedOut(_ user: SafeText, _ environment: Environment) async {}
}
