public import SafeTexts

/// The traits of a service that the core uses.
public struct ServiceTraits: Hashable, Codable, Sendable {
  /// The cache levels at which it can keep deployments.
  public var cacheLevels: CacheLevels
  /// Whether it clones from publications.
  public var publishes: Bool
  /// Whether an OS manager must report ready before a deployment is.
  public var waitsForOS: Bool
  /// Whether each deployment holds a port of this machine.
  public var usesPort: Bool

  /// Traits from their parts.
  public init(
    cacheLevels: CacheLevels = .l1, publishes: Bool = false, waitsForOS: Bool = false,
    usesPort: Bool = false
  ) {
    self.cacheLevels = cacheLevels
    self.publishes = publishes
    self.waitsForOS = waitsForOS
    self.usesPort = usesPort
  }
}

/// The service of a provider for one pool: what to clone or start, and how.
public protocol Service: Sendable {
  /// The deployments that it makes.
  associatedtype Deployment: UserDeployment where Deployment.ServiceType == Self
  /// The publications that it clones; `NoPublication` if it does not publish.
  associatedtype PublicationType: Publication = NoPublication<Self>
  where PublicationType.ServiceType == Self

  /// The cache levels at which it can keep deployments.
  var cacheLevels: CacheLevels { get }
  /// Whether each deployment holds a port of this machine.
  var usesPort: Bool { get }
  /// The OS manager of its deployments, if any.
  var osManager: (any OSManager)? { get }
  /// Makes a deployment before its first call.
  func makeDeployment() -> Deployment
  /// Makes a publication before its first call; nil if this service does not publish.
  func makePublication() -> PublicationType?
}

extension Service {
  /// No port.
  public var usesPort: Bool { false }
  /// No OS manager.
  public var osManager: (any OSManager)? { nil }
  /// No publication.
  public func makePublication() -> PublicationType? { nil }
  /// The traits that the core uses.
  package var traits: ServiceTraits {
    .init(
      cacheLevels: cacheLevels, publishes: makePublication() != nil,
      waitsForOS: osManager?.waitsForReady ?? false, usesPort: usesPort)
  }
}

/// Reports events from inside a deployment: ready, IP, log-in, log-out.
public protocol OSManager: Sendable {
  /// Whether a deployment is usable only after its guest reported ready.
  var waitsForReady: Bool { get }
  /// Releases whatever was kept for a deployment: it is gone.
  func release(_ record: CallRecord) async
}

extension OSManager {
  /// Nothing was kept.
  public func release(_ record: CallRecord) async {}
}

/// One revision of the image that a pool clones. Its tasks, deadlines and rules are those of a
/// deployment: throwing a `DeploymentFailure` is the same as answering `error` with it.
public protocol Publication: Codable, Sendable {
  /// The service that it belongs to.
  associatedtype ServiceType: Service
  /// The context of every call.
  typealias Environment = PublicationEnvironment<ServiceType>
  /// The version of the encoded data.
  static var dataVersion: UInt8 { get }
  /// Converts JSON that an older version of the driver encoded; nil if it cannot be read.
  static func migrated(_ json: [UInt8], from version: UInt8) -> [UInt8]?
  /// How long to wait before the next `checkState`; the default is 10 s.
  var suggestedTime: TimeSpan { get }
  /// The progress of the running operation; nil if unknown.
  var progress: Progress? { get }
  /// Runs after every load; must make no external calls.
  mutating func initialize(_ environment: Environment)
  /// Prepares it.
  mutating func publish(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
  /// Checks the running operation.
  mutating func checkState(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
  /// Ends the running operation, and removes what it made.
  mutating func cancel(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
  /// Removes everything that belongs to it.
  mutating func destroy(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
}

extension Publication {
  /// The first version.
  public static var dataVersion: UInt8 { 1 }
  /// There is no older version.
  public static func migrated(_ json: [UInt8], from version: UInt8) -> [UInt8]? { nil }
  /// 10 s.
  public var suggestedTime: TimeSpan { .seconds(10) }
  /// Unknown.
  public var progress: Progress? { nil }
  /// Nothing to do.
  public mutating func initialize(_ environment: Environment) {}
  /// The same as removing it.
  public mutating func cancel(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    try await destroy(environment)
  }
}

/// The context of a publication's call.
public struct PublicationEnvironment<ServiceType: Service>: Sendable {
  /// The service that it belongs to.
  public let service: ServiceType
  /// Its own record: its name, and both clocks.
  public let record: CallRecord
  /// The engine's ownership tag for the resources that it makes.
  public let owner: String
  /// Its name; the same in every call, and never reused for another publication.
  public var name: String { record.identity.name }
  private let log: CallLog

  /// An environment for one call.
  package init(service: ServiceType, record: CallRecord, owner: String, log: CallLog) {
    self.service = service
    self.record = record
    self.owner = owner
    self.log = log
  }

  /// Writes to the pool's log.
  public func doLog(_ level: LogLevel, _ message: SafeText) { log.append(.init(level, message)) }
}

/// The publication of a service that has none; never called.
public struct NoPublication<ServiceType: Service>: Publication {
  /// Done at once.
  public mutating func publish(_ environment: PublicationEnvironment<ServiceType>) async
    -> TaskState
  { .finished }
  /// Done at once.
  public mutating func checkState(_ environment: PublicationEnvironment<ServiceType>) async
    -> TaskState
  { .finished }
  /// Done at once.
  public mutating func destroy(_ environment: PublicationEnvironment<ServiceType>) async
    -> TaskState
  { .finished }
}
