import DeploymentEngine
import DeploymentInterface

extension ProviderRecord: StoredRecord {
  /// Version 2 added the orphans, version 3 the calls that hang, version 4 when a maintenance
  /// began.
  static var recordVersion: UInt8 { 4 }

  func write(to writer: inout ByteWriter, at now: EngineTime) {
    writer.write(name)
    writer.write(inMaintenance)
    writer.write(limits.preparing)
    writer.write(limits.removing)
    writer.write(limits.deployments)
    writer.write(limits.settingReady)
    writer.write(preparing)
    writer.write(removing)
    writer.write(deployments)
    writer.write(orphans, at: now)
    writer.write(hung)
    writer.write(optional: maintenance, at: now)
  }

  init(from reader: inout ByteReader, at now: EngineTime) throws(UnreadableRecord) {
    let name = try reader.text()
    let inMaintenance = try reader.bool()
    let preparing = try reader.integer()
    let removing = try reader.integer()
    let deployments = try reader.integer()
    self.init(
      name: name,
      limits: ProviderLimits(
        preparing: preparing, removing: removing, deployments: deployments,
        settingReady: try reader.integer()))
    self.inMaintenance = inMaintenance
    self.preparing = try reader.integer()
    self.removing = try reader.integer()
    self.deployments = try reader.integer()
    if reader.version >= 2 { orphans = try reader.orphans(at: now) }
    if reader.version >= 3 { hung = try reader.integer() }
    if reader.version >= 4 { maintenance = try reader.optionalDeadline(at: now) }
  }
}

extension PublicationRecord: StoredRecord {
  /// Version 2 added whether it is forced, version 3 left out the number of its uses.
  static var recordVersion: UInt8 { 3 }

  func write(to writer: inout ByteWriter, at now: EngineTime) {
    writer.write(Int64(pool.number))
    writer.write(revision)
    writer.write(state.rawValue)
    writer.write(optional: operation) { $0.write($1, at: now) }
    writer.write(name)
    writer.write(optional: reason)
    writer.write(optional: phase.failed) { $0.write($1) }
    writer.write(data)
    writer.write(optional: progress) { $0.write($1) }
    writer.write(createdAt)
    writer.write(stateSince)
    writer.write(optional: nextActionAt, at: now)
    writer.write(isForced)
  }

  init(from reader: inout ByteReader, at now: EngineTime) throws(UnreadableRecord) {
    let pool = PoolID(try reader.integer(Int32.self))
    let revision = try reader.integer()
    let state = try reader.word(PublicationState.self)
    let operation = try reader.bool() ? try reader.operation(at: now) : nil
    let name = try reader.string()
    let reason = try reader.optionalText()
    let failed = try reader.bool() ? try reader.operationKind() : nil
    if reader.version < 3 { _ = try reader.integer() }
    let data = try reader.data()
    let progress = try reader.optionalProgress()
    let phase = try PublicationPhase(stored: state, operation, failed)
    self.init(
      pool: pool, revision: revision, name: name, phase: phase, at: try reader.timestamp())
    self.reason = reason
    self.data = data
    self.progress = progress
    stateSince = try reader.timestamp()
    nextActionAt = try reader.optionalDeadline(at: now)
    if reader.version >= 2 { isForced = try reader.bool() }
  }
}

extension PublicationPhase {
  /// The operation that failed.
  var failed: OperationKind? {
    switch self {
    case .error(let kind): kind
    case .publishing, .active, .draining, .removing, .removed: nil
    }
  }

  /// The phase that these stored fields describe.
  init(
    stored state: PublicationState, _ operation: Operation?, _ failed: OperationKind?
  ) throws(UnreadableRecord) {
    switch (state, operation, failed) {
    case (.publishing, let operation?, _): self = .publishing(operation)
    case (.active, _, _): self = .active
    case (.draining, _, _): self = .draining
    case (.removing, let operation?, _): self = .removing(operation)
    case (.removed, _, _): self = .removed
    case (.error, _, let kind?): self = .error(kind)
    case (.publishing, nil, _), (.removing, nil, _), (.error, _, nil):
      throw UnreadableRecord(why: "its state \(state.rawValue) lacks its operation")
    }
  }
}

extension WaitingUser: StoredRecord {
  /// Version 2 added the failures and reasons of the promise, and made its patience optional;
  /// version 3 added its asker.
  static var recordVersion: UInt8 { 3 }

  func write(to writer: inout ByteWriter, at now: EngineTime) {
    writer.write(Int64(pool.number))
    writer.write(user)
    // This field once held a request's key; it is no longer read.
    writer.write("")
    writer.write(promise, at: now)
    writer.write(optional: retryAt, at: now)
  }

  init(from reader: inout ByteReader, at now: EngineTime) throws(UnreadableRecord) {
    let pool = PoolID(try reader.integer(Int32.self))
    let user = try reader.text()
    _ = try reader.string()
    guard reader.version >= 2 else {
      let position = try reader.signed()
      let promise = Promise(position: position, patience: try reader.deadline(at: now))
      self.init(pool: pool, user: user, promise: promise)
      return
    }
    let promise = try reader.promise(at: now, hasAsker: reader.version >= 3)
    self.init(
      pool: pool, user: user, promise: promise, retryAt: try reader.optionalDeadline(at: now))
  }
}

extension ByteWriter {
  mutating func write(_ promise: Promise, at now: EngineTime) {
    write(promise.position)
    write(promise.failures)
    write(list: promise.reasons) { $0.write($1) }
    write(optional: promise.patience, at: now)
    write(optional: promise.asker?.text)
  }
}

extension ByteReader {
  mutating func promise(
    at now: EngineTime, hasAsker: Bool
  ) throws(UnreadableRecord) -> Promise {
    var promise = Promise(position: try signed())
    promise.failures = try integer()
    promise.reasons = try list { reader throws(UnreadableRecord) in try reader.text() }
    promise.patience = try optionalDeadline(at: now)
    if hasAsker { promise.asker = try optionalText().map(Asker.init) }
    return promise
  }
}
