import DeploymentEngine
import DeploymentInterface

extension ByteWriter {
  mutating func write(_ list: OrphanList, at now: EngineTime) {
    write(list: list.all) { $0.write($1, at: now) }
    write(list.more)
    write(optional: list.listedAt) { $0.write($1) }
    write(optional: list.problem)
  }

  private mutating func write(_ orphan: Orphan, at now: EngineTime) {
    write(orphan.thing)
    write(byte: orphan.cause.rawValue)
    write(orphan.sightings)
    write(orphan.firstSeen)
    write(orphan.grace, at: now)
    switch orphan.removal {
    case .none: write(byte: 0)
    case .asked(let actor):
      write(byte: 1)
      write(actor)
    case .failed(let reason):
      write(byte: 2)
      write(reason)
    }
  }

  private mutating func write(_ thing: ExternalResource) {
    write(thing.kind)
    write(thing.name)
    switch thing.purpose {
    case .deployment(let id):
      write(byte: 0)
      write(id.number)
    case .publication(let name):
      write(byte: 1)
      write(name)
    }
    write(optional: thing.identity) { $0.write($1) }
  }
}

extension ByteReader {
  mutating func orphans(at now: EngineTime) throws(UnreadableRecord) -> OrphanList {
    var list = OrphanList()
    list.all = try self.list { reader throws(UnreadableRecord) in try reader.orphan(at: now) }
    list.more = try integer()
    list.listedAt = try bool() ? try timestamp() : nil
    list.problem = try optionalText()
    return list
  }

  private mutating func orphan(at now: EngineTime) throws(UnreadableRecord) -> Orphan {
    let thing = try outsideThing()
    let cause = try choice(Orphan.Cause.self)
    let sightings = try integer()
    let firstSeen = try timestamp()
    var orphan = Orphan(thing, cause, grace: try deadline(at: now), at: firstSeen)
    orphan.sightings = sightings
    switch try byte() {
    case 0: break
    case 1: orphan.removal = .asked(by: try text())
    case 2: orphan.removal = .failed(try text())
    case let other: throw UnreadableRecord(why: "unknown removal \(other)")
    }
    return orphan
  }

  private mutating func outsideThing() throws(UnreadableRecord) -> ExternalResource {
    let kind = try text()
    let name = try text()
    let purpose: ExternalResource.Purpose
    switch try byte() {
    case 0: purpose = .deployment(DeploymentID(try signed()))
    case 1: purpose = .publication(try string())
    case let other: throw UnreadableRecord(why: "unknown purpose \(other)")
    }
    return ExternalResource(
      kind: kind, name: name, purpose: purpose, identity: try bool() ? try identity() : nil)
  }
}
