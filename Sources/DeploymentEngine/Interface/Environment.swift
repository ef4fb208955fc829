import Basics
public import SafeTexts

/// The context of a deployment's call: the utility methods of the interface page.
public struct DeploymentEnvironment<ServiceType: Service>: Sendable {
  /// The service that offers it. (`service`)
  public let service: ServiceType
  /// The publication that it is made from, decoded; nil if the service does not publish.
  /// (`publication`)
  public let publication: ServiceType.PublicationType?
  /// The OS manager of the service, if any. (`osmanager`)
  public let osManager: (any OSManager)?
  /// The deployment's own record, as it is stored. (`dbservice`)
  public let record: CallRecord
  /// The engine's ownership tag for the resources that it makes: random, kept in the store.
  public let owner: String
  private let log: CallLog

  /// An environment for one call.
  package init(
    service: ServiceType, publication: ServiceType.PublicationType?, record: CallRecord,
    owner: String, log: CallLog
  ) {
    self.service = service
    self.publication = publication
    self.osManager = service.osManager
    self.record = record
    self.owner = owner
    self.log = log
  }

  /// The name reserved for it: at most 15 bytes, stored before the first call, the same in each
  /// call.
  public var name: String { record.identity.name }
  /// The MAC address reserved for it; nil if the pool has no range.
  public var mac: MACAddress? { record.identity.mac }
  /// The TCP port of this machine reserved for it; nil unless the service uses ports. It changes
  /// after a failure of the class `portTaken`.
  public var port: UInt16? { record.identity.port }
  /// The user who holds it or waits for it, if any.
  public var user: SafeText? { record.placement.user }
  /// The name reserved for it. (`nameGenerator`)
  public var nameGenerator: NameGenerator { .init(reserved: record.identity.name) }
  /// The address reserved for it. (`macGenerator`)
  public var macGenerator: MACGenerator { .init(reserved: record.identity.mac) }
  /// Writes to the deployment's own log. (`doLog`)
  public func doLog(_ level: LogLevel, _ message: SafeText) { log.append(.init(level, message)) }
}

/// Returns the name that the engine reserved for a deployment, and stored before the first call.
public struct NameGenerator: Sendable {
  let reserved: String
  /// The name; the same in every call.
  public func get() -> String { reserved }
}

/// Returns the MAC address that the engine reserved for a deployment, and stored before the first
/// call.
public struct MACGenerator: Sendable {
  let reserved: MACAddress?
  /// The address, the same in every call; nil if the pool has no range.
  public func get() -> MACAddress? { reserved }
}

/// Collects the log lines of one call, at most `Limits.logLinesPerCall`.
package final class CallLog: Sendable {
  private let lines = Mutex<[LogLine]>([])

  /// An empty log.
  package init() {}

  /// Adds a line; lines above the limit are dropped.
  package func append(_ line: LogLine) {
    lines.withLock { if $0.count < Limits.logLinesPerCall { $0.append(line) } }
  }

  /// The lines written so far.
  package var written: [LogLine] { lines.withLock { $0 } }
}
