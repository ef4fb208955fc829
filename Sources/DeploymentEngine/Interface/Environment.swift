import Basics
public import SafeTexts

/// What a deployment is given with every call: the interface page's utility methods.
public struct DeploymentEnvironment<ServiceType: Service>: Sendable {
  /// The service that offers it. (`service`)
  public let service: ServiceType
  /// The publication that it is made from, decoded; nil when the service does not publish.
  /// (`publication`)
  public let publication: ServiceType.PublicationType?
  /// What speaks for the inside; nil: nothing does. (`osmanager`)
  public let osManager: (any OSManager)?
  /// The deployment's own record, as it is stored. (`dbservice`)
  public let record: CallRecord
  /// Who the engine is, as a mark on what it makes: random, kept in the store.
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

  /// The name reserved for it: at most 15 bytes, stored before the first call, the same at each.
  public var name: String { record.identity.name }
  /// The MAC address reserved for it; nil when the pool has no range.
  public var mac: MACAddress? { record.identity.mac }
  /// The TCP port of this machine reserved for it; nil unless the service uses ports. Another one
  /// after a failure of the class `portTaken`.
  public var port: UInt16? { record.identity.port }
  /// Who holds it or waits for it; nil: nobody.
  public var user: SafeText? { record.placement.user }
  /// The name reserved for it. (`nameGenerator`)
  public var nameGenerator: NameGenerator { .init(reserved: record.identity.name) }
  /// The address reserved for it. (`macGenerator`)
  public var macGenerator: MACGenerator { .init(reserved: record.identity.mac) }
  /// Writes to the deployment's own log. (`doLog`)
  public func doLog(_ level: LogLevel, _ message: SafeText) { log.append(.init(level, message)) }
}

/// Gives the name that the engine holds for a deployment: reserved and stored before the first
/// call.
public struct NameGenerator: Sendable {
  let reserved: String
  /// The name; the same at every call.
  public func get() -> String { reserved }
}

/// Gives the MAC address that the engine holds for a deployment: reserved and stored before the
/// first call.
public struct MACGenerator: Sendable {
  let reserved: MACAddress?
  /// The address, the same at every call; nil when the pool has no range.
  public func get() -> MACAddress? { reserved }
}

/// Collects what one call writes to its deployment's log, at most `Limits.logLinesPerCall` lines.
package final class CallLog: Sendable {
  private let lines = Mutex<[LogLine]>([])

  /// An empty log.
  package init() {}

  /// Adds a line; lines over the limit are dropped.
  package func append(_ line: LogLine) {
    lines.withLock { if $0.count < Limits.logLinesPerCall { $0.append(line) } }
  }

  /// What was written so far.
  package var written: [LogLine] { lines.withLock { $0 } }
}
