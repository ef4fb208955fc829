public import SafeTexts

/// What the core must know of a service.
public struct ServiceTraits: Hashable, Codable, Sendable {
  /// The levels it can keep deployments at.
  public var cacheLevels: CacheLevels
  /// Whether it clones from publications.
  public var publishes: Bool
  /// Whether an OS manager must speak before a deployment is ready.
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

/// What a provider offers to one pool: what to clone or start, and how.
public protocol Service: Sendable {
  /// What it makes.
  associatedtype Deployment: UserDeployment where Deployment.ServiceType == Self
  /// What it clones from; `NoPublication` where it does not publish.
  associatedtype PublicationType: Publication = NoPublication<Self>
  where PublicationType.ServiceType == Self

  /// The levels it can keep deployments at.
  var cacheLevels: CacheLevels { get }
  /// Whether each deployment holds a port of this machine.
  var usesPort: Bool { get }
  /// What speaks for the inside of its deployments; nil: nothing does.
  var osManager: (any OSManager)? { get }
  /// A deployment before its first call.
  func makeDeployment() -> Deployment
  /// A publication before its first call; nil: this service does not publish, and needs none.
  func makePublication() -> PublicationType?
}

extension Service {
  /// No port.
  public var usesPort: Bool { false }
  /// Nothing speaks for the inside.
  public var osManager: (any OSManager)? { nil }
  /// No publication.
  public func makePublication() -> PublicationType? { nil }
  /// What the core must know of it.
  package var traits: ServiceTraits {
    .init(
      cacheLevels: cacheLevels, publishes: makePublication() != nil,
      waitsForOS: osManager?.waitsForReady ?? false, usesPort: usesPort)
  }
}

/// What speaks for the inside of a deployment: ready, IP, log-in, log-out.
public protocol OSManager: Sendable {
  /// Whether a deployment is usable only after its inside said ready.
  var waitsForReady: Bool { get }
  /// The deployment is gone: whatever was kept for it may go.
  func release(_ record: CallRecord) async
}

extension OSManager {
  /// Nothing was kept.
  public func release(_ record: CallRecord) async {}
}

/// One prepared revision of what a pool clones. The same tasks, deadlines and rules as a
/// deployment: to throw a `DeploymentFailure` is the same as to answer `error` with it.
public protocol Publication: Codable, Sendable {
  /// The service that it belongs to.
  associatedtype ServiceType: Service
  /// What it is given with every call.
  typealias Environment = PublicationEnvironment<ServiceType>
  /// The version of what it encodes.
  static var dataVersion: UInt8 { get }
  /// The newest form of JSON that an older version of the driver encoded; nil: it cannot be read.
  static func migrated(_ json: [UInt8], from version: UInt8) -> [UInt8]?
  /// How long to wait before the next `checkState`; the default is 10 s.
  var suggestedTime: TimeSpan { get }
  /// How far the running operation has come, where it is known.
  var progress: Progress? { get }
  /// Runs after every load and makes no call outside.
  mutating func initialize(_ environment: Environment)
  /// Prepares it.
  mutating func publish(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
  /// Says how the running operation stands.
  mutating func checkState(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState
  /// Ends the running operation and removes what it made.
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
  /// Nothing is known.
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

/// What a publication is given with every call.
public struct PublicationEnvironment<ServiceType: Service>: Sendable {
  /// The service that it belongs to.
  public let service: ServiceType
  /// Its own record: its name, and both clocks.
  public let record: CallRecord
  /// Who the engine is, as a mark on what it makes.
  public let owner: String
  /// Its name; stays the same, and is not used again for another.
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
