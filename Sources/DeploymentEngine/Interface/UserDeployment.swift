public import SafeTexts

/// The final consumable that will be assigned to a user, as a driver makes it.
///
/// Source: the interface page `UserDeployment`. A deployment is a value: it is decoded before each
/// call, called, and encoded after it, so whatever it must remember is in what it encodes. Nothing
/// guarantees that two methods are called on the same copy in memory.
///
/// Task methods answer `running`, `finished` or `error`. To throw a `DeploymentFailure` is the same
/// as to answer `error` with it; what the method has changed in the value before is kept. A start
/// method (deploy, move, setReady, destroy, cancel) can be called again for the same stored value
/// after a crash whose moment is unknown: it finds its own half-made work by the identity
/// (`environment.name`, `mac`, `port`) and makes no second. Absent is done for `destroy` and
/// `cancel`.
public protocol UserDeployment: Codable, Sendable {
  /// The service that offers it; inferred from a method that names
  /// `DeploymentEnvironment<MyService>`.
  associatedtype ServiceType: Service where ServiceType.Deployment == Self
  /// What it is given with every call (the page's utility methods).
  typealias Environment = DeploymentEnvironment<ServiceType>

  /// The version of what it encodes; data of another version is handed to `migrated`.
  static var dataVersion: UInt8 { get }
  /// The newest form of JSON that an older version of the driver encoded; nil: it cannot be read.
  static func migrated(_ json: [UInt8], from version: UInt8) -> [UInt8]?

  /// Identifies it for OS managers; may be empty until the outside thing is known. (`getUniqueId`)
  var uniqueId: String { get }
  /// The name to display; the default is `uniqueId`. (`getName`)
  var name: String { get }
  /// The address that a user connects to; nil until it is known. Without it nobody is let in.
  /// (`getIp`)
  var ip: String? { get }
  /// What the engine shows as the reason, read after each call that failed; empty, the default: the
  /// reason of the failure itself. (`reasonOfError`)
  var reasonOfError: String { get }
  /// How long to wait before the next `checkState`; may differ from call to call. The default is
  /// 10 s. (`suggestedTime`)
  var suggestedTime: TimeSpan { get }
  /// Where its screen or console can be seen, for an administrator: `vnc://host:5900`; nil:
  /// nowhere, or nobody knows. Read again after every call.
  var console: String? { get }
  /// How far the running operation has come, where it is known.
  var progress: Progress? { get }

  /// Runs after every load and makes no call outside. (`initialize`)
  mutating func initialize(_ environment: Environment)
  /// Makes it for a cache level. For L1 it must end ready to use. (`deployForCache`)
  mutating func deployForCache(
    _ level: CacheLevel, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
  /// Makes it for a user. (`deployForUser`)
  mutating func deployForUser(
    _ user: SafeText, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
  /// Says how the running operation stands; called one at a time, only while one runs.
  /// (`checkState`)
  mutating func checkState(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
  /// Takes it to another cache level; never called without L2, nor when assigned. (`moveToCache`)
  mutating func moveToCache(
    _ level: CacheLevel, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
  /// Makes sure that it can be used now: finished; running, when it can be made so; else error with
  /// the reason. Called each time before a user is let in. (`setReady`)
  mutating func setReady(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
  /// The OS manager says ready; `data` is the OS manager's own. (`notifyReadyFromOsManager`)
  mutating func notifyReadyFromOSManager(
    _ data: SafeText?, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
  /// Ends the running operation and removes what it made. (`cancel`)
  mutating func cancel(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
  /// Removes everything that belongs to it. (`destroy`)
  mutating func destroy(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
  /// It now belongs to a user: a notice, nothing is waited for. (`assignToUser`)
  mutating func assignToUser(_ user: SafeText, _ environment: Environment) async
  /// It left preparing for usable. (`finish`)
  mutating func finish(_ environment: Environment) async
  /// The OS manager thinks that this is its IP. The default keeps nothing: the engine keeps the IP.
  /// (`setIp`)
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
  /// The reason of the failure itself.
  public var reasonOfError: String { "" }
  /// 10 s.
  public var suggestedTime: TimeSpan { .seconds(10) }
  /// Nobody knows.
  public var console: String? { nil }
  /// Nothing is known.
  public var progress: Progress? { nil }
  /// Nothing to do.
  public mutating func initialize(_ environment: Environment) {}
  /// A service without a cache is never asked.
  public mutating func deployForCache(
    _ level: CacheLevel, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    throw .permanent("this service has no cache")
  }
  /// A service without L2 is never asked.
  public mutating func moveToCache(
    _ level: CacheLevel, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    throw .permanent("this service has no L2 cache")
  }
  /// Ready as it is.
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
