import DeploymentEngine
import DeploymentInterface

extension Deployment: StoredRecord {
  /// Version 2 added the address of the console; version 3 the promise to the user, and whether an
  /// error leaves nothing outside; version 4 whether its last user may come back,
  /// and whether its address may be shared; version 5 the asker of the promise; version 6 the start
  /// of the guest.
  static var recordVersion: UInt8 { 6 }

  func write(to writer: inout ByteWriter, at now: EngineTime) {
    writer.write(id.number)
    writer.write(Int64(pool.number))
    writer.write(revision)
    writer.write(identity)
    writer.write(placement)
    writer.write(phase, at: now)
    writer.write(guest)
    writer.write(byte: placement.admission?.rawValue ?? 0)
    writer.write(phase.isEnding)
    writer.write(optional: pending) { $0.write($1, at: now) }
    writer.write(list: loggedIn) { $0.write($1) }
    writer.write(wasLetIn)
    writer.write(optional: publication)
    writer.write(uniqueId)
    writer.write(driverName)
    writer.write(optional: ip)
    writer.write(optional: reason)
    writer.write(optional: progress) { $0.write($1) }
    writer.write(because)
    writer.write(data)
    writer.write(list: notices) { $0.write($1) }
    writer.write(createdAt)
    writer.write(stateSince)
    writer.write(optional: nextActionAt, at: now)
    writer.write(optional: stateDeadline, at: now)
    writer.write(optional: console)
    writer.write(isAbsent)
    writer.write(optional: promise) { $0.write($1, at: now) }
    writer.write(awaitsReturn)
    writer.write(sharesAddress)
    writer.write(optional: bootID)
  }

  init(from reader: inout ByteReader, at now: EngineTime) throws(UnreadableRecord) {
    let id = DeploymentID(try reader.signed())
    let pool = PoolID(try reader.integer(Int32.self))
    let revision = try reader.unsigned()
    let identity = try reader.identity()
    var placement = try reader.placement()
    var phase = try reader.phase(at: now)
    let guest = try reader.guest()
    placement = placement.with(try reader.admission())
    if try reader.bool(), case .preparing(let operation, _) = phase {
      phase = .preparing(operation, ending: true)
    }
    let pending = try reader.bool() ? try reader.pendingRequest(at: now) : nil
    let loggedIn = try reader.list { reader throws(UnreadableRecord) in try reader.text() }
    let wasLetIn = try reader.bool()
    let publication = try reader.optionalInteger()
    let uniqueId = try reader.text()
    let driverName = try reader.text()
    let ip = try reader.optionalText()
    let reason = try reader.optionalText()
    let progress = try reader.optionalProgress()
    let because = try reader.text()
    let data = try reader.data()
    let notices = try reader.list { reader throws(UnreadableRecord) in try reader.notice() }
    self.init(
      id: id, pool: pool, identity: identity, placement: placement, phase: phase,
      guest: guest, publication: publication, because: because, at: try reader.timestamp())
    self.revision = revision
    self.pending = pending
    self.loggedIn = loggedIn
    self.wasLetIn = wasLetIn
    self.uniqueId = uniqueId
    self.driverName = driverName
    self.ip = ip
    self.reason = reason
    self.progress = progress
    self.data = data
    self.notices = notices
    stateSince = try reader.timestamp()
    nextActionAt = try reader.optionalDeadline(at: now)
    stateDeadline = try reader.optionalDeadline(at: now)
    if reader.version >= 2 { console = try reader.optionalText() }
    guard reader.version >= 3 else { return }
    if try reader.bool(), case .error(var failed) = phase {
      failed.leavesNothing = true
      load(.error(failed))
    }
    let hasAsker = reader.version >= 5
    promise = try reader.bool() ? try reader.promise(at: now, hasAsker: hasAsker) : nil
    guard reader.version >= 4 else { return }
    awaitsReturn = try reader.bool()
    sharesAddress = try reader.bool()
    if reader.version >= 6 { bootID = try reader.optionalText() }
  }
}

extension ByteWriter {
  mutating func write(_ identity: Identity) {
    write(identity.name)
    write(optional: identity.mac) { $0.write($1.number) }
    write(optional: identity.port) { $0.write(UInt64($1)) }
  }

  mutating func write(_ placement: Placement) {
    switch placement {
    case .cache(let level, reservedFor: let user):
      write(byte: 1)
      write(level)
      write(optional: user)
    case .assigned(let user, _):
      write(byte: 2)
      write(user)
    }
  }

  mutating func write(_ guest: GuestState) {
    write(guest != .silent)
    write(guest.isTold)
    write(optional: guest.data)
  }

  mutating func write(_ pending: PendingRequest, at now: EngineTime) {
    write(pending.key.text)
    write(pending.actor)
    write(byte: pending.verb.rawValue)
    write(pending.due, at: now)
  }

  mutating func write(_ notice: Notice) {
    switch notice {
    case .assignToUser(let user):
      write(byte: 1)
      write(user)
    case .finish: write(byte: 2)
    case .userLoggedIn(let user):
      write(byte: 3)
      write(user)
    case .userLoggedOut(let user):
      write(byte: 4)
      write(user)
    case .setIp(let ip):
      write(byte: 5)
      write(ip)
    }
  }
}

extension ByteReader {
  mutating func identity() throws(UnreadableRecord) -> Identity {
    let name = try string()
    let mac = try bool() ? MACAddress(try unsigned()) : nil
    guard try bool() else { return Identity(name: name, mac: mac) }
    guard let port = UInt16(exactly: try unsigned()) else {
      throw UnreadableRecord(why: "a port in it is out of range")
    }
    return Identity(name: name, mac: mac, port: port)
  }

  mutating func placement() throws(UnreadableRecord) -> Placement {
    switch try byte() {
    case 1:
      let level = try cacheLevel()
      return .cache(level, reservedFor: try optionalText())
    case 2: return .assigned(try text())
    case let other: throw UnreadableRecord(why: "unknown placement \(other)")
    }
  }

  mutating func guest() throws(UnreadableRecord) -> GuestState {
    let isReady = try bool()
    let isTold = try bool()
    let data = try optionalText()
    return isReady ? .ready(data: data, isTold: isTold) : .silent
  }

  /// Stored for every deployment; 0 if no user holds it.
  mutating func admission() throws(UnreadableRecord) -> Admission {
    let stored = try byte()
    if stored == 0 { return .wanted }
    guard let admission = Admission(rawValue: stored) else {
      throw UnreadableRecord(why: "there is no admission \(stored)")
    }
    return admission
  }

  mutating func pendingRequest(at now: EngineTime) throws(UnreadableRecord) -> PendingRequest {
    let key = RequestKey(try string())
    let actor = try text()
    let verb = try choice(GracefulVerb.self)
    return PendingRequest(key: key, actor: actor, verb: verb, due: try deadline(at: now))
  }

  mutating func notice() throws(UnreadableRecord) -> Notice {
    switch try byte() {
    case 1: return .assignToUser(try text())
    case 2: return .finish
    case 3: return .userLoggedIn(try text())
    case 4: return .userLoggedOut(try text())
    case 5: return .setIp(try text())
    case let other: throw UnreadableRecord(why: "unknown notice \(other)")
    }
  }
}
