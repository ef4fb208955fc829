import DeploymentEngine
import DeploymentInterface

extension Pool: StoredRecord {
  /// Version 2 added the failed creations, the failed moves and the number of restraints; version 3
  /// whether a publication waits for room; version 4 the places that it keeps,
  /// the errors of which nothing exists, and which plans make room.
  static var recordVersion: UInt8 { 4 }

  func write(to writer: inout ByteWriter, at now: EngineTime) {
    writer.write(Int64(id.number))
    writer.write(name)
    writer.write(provider)
    writer.write(revision)
    writer.write(isConfigured)
    writer.write(optional: traits) { $0.write($1) }
    writer.write(optional: problem)
    writer.write(configuredSizes)
    writer.write(overrides)
    writer.write(isPaused)
    writer.write(inMaintenance)
    writer.write(optional: restraint) { $0.write($1, at: now) }
    writer.write(list: creationErrors) { $0.write($1, at: now) }
    writer.write(optional: activePublication)
    writer.write(counts)
    writer.write(waiting)
    writer.write(plan.l1)
    writer.write(plan.l2)
    writer.write(self.now)
    writer.write(counts.leavingOutsideMax)
    writer.write(restraints)
    writer.write(list: failedCreations) { $0.write($1, at: now) }
    writer.write(list: moveErrors) { $0.write($1, at: now) }
    writer.write(optional: moveRestraint) { $0.write($1, at: now) }
    writer.write(plan.l1.waitsForRoom)
    writer.write(counts.absent)
    writer.write(placesUntilRenewed)
    writer.write(plan.l1.makesRoom)
    writer.write(plan.l2.makesRoom)
  }

  init(from reader: inout ByteReader, at now: EngineTime) throws(UnreadableRecord) {
    let id = PoolID(try reader.integer(Int32.self))
    let name = try reader.text()
    let provider = try reader.text()
    let revision = try reader.unsigned()
    let isConfigured = try reader.bool()
    let traits = try reader.bool() ? try reader.traits() : nil
    let problem = try reader.optionalText()
    self.init(id: id, name: name, provider: provider, sizes: try reader.sizes())
    self.revision = revision
    self.isConfigured = isConfigured
    self.traits = traits
    self.problem = problem
    overrides = try reader.overrides()
    isPaused = try reader.bool()
    inMaintenance = try reader.bool()
    restraint = try reader.bool() ? try reader.restraint(at: now) : nil
    creationErrors = try reader.deadlines(at: now)
    activePublication = try reader.optionalInteger()
    counts = try reader.counts()
    waiting = try reader.integer()
    let l1 = try reader.levelPlan()
    plan = PoolPlan(l1: l1, l2: try reader.levelPlan())
    self.now = try reader.text()
    guard reader.version >= 2 else { return }
    counts.leavingOutsideMax = try reader.integer()
    restraints = try reader.integer()
    failedCreations = try reader.deadlines(at: now)
    moveErrors = try reader.deadlines(at: now)
    moveRestraint = try reader.bool() ? try reader.restraint(at: now) : nil
    if reader.version >= 3 { plan.l1.waitsForRoom = try reader.bool() }
    guard reader.version >= 4 else { return }
    counts.absent = try reader.integer()
    placesUntilRenewed = try reader.integer()
    plan.l1.makesRoom = try reader.bool()
    plan.l2.makesRoom = try reader.bool()
  }
}

extension ByteWriter {
  mutating func write(_ restraint: Restraint, at now: EngineTime) {
    write(restraint.until, at: now)
    write(restraint.reason)
  }

  mutating func write(_ traits: ServiceTraits) {
    write(traits.cacheLevels.rawValue)
    write(traits.publishes)
    write(traits.waitsForOS)
    write(traits.usesPort)
  }

  mutating func write(_ sizes: Sizes) {
    for size in [sizes.initial, sizes.l1, sizes.l2, sizes.max] { write(size) }
  }

  mutating func write(_ overrides: SizeOverrides) {
    for size in [overrides.initial, overrides.l1, overrides.l2, overrides.max] {
      write(optional: size)
    }
  }

  mutating func write(_ counts: PoolCounts) {
    for field in PoolCounts.storedFields { write(counts[keyPath: field]) }
  }

  mutating func write(_ plan: LevelPlan) {
    write(plan.action.rawValue)
    write(plan.count)
    write(plan.fromL2)
    write(plan.create)
    write(plan.because)
  }
}

extension ByteReader {
  mutating func deadlines(at now: EngineTime) throws(UnreadableRecord) -> [Deadline] {
    try list { reader throws(UnreadableRecord) in try reader.deadline(at: now) }
  }

  mutating func traits() throws(UnreadableRecord) -> ServiceTraits {
    let levels = try word(CacheLevels.self)
    let publishes = try bool()
    let waitsForOS = try bool()
    return ServiceTraits(
      cacheLevels: levels, publishes: publishes, waitsForOS: waitsForOS, usesPort: try bool())
  }

  mutating func sizes() throws(UnreadableRecord) -> Sizes {
    let initial = try integer()
    let l1 = try integer()
    let l2 = try integer()
    return Sizes(initial: initial, l1: l1, l2: l2, max: try integer())
  }

  mutating func overrides() throws(UnreadableRecord) -> SizeOverrides {
    let initial = try optionalInteger()
    let l1 = try optionalInteger()
    let l2 = try optionalInteger()
    return SizeOverrides(initial: initial, l1: l1, l2: l2, max: try optionalInteger())
  }

  mutating func restraint(at now: EngineTime) throws(UnreadableRecord) -> Restraint {
    let until = try deadline(at: now)
    return Restraint(until: until, reason: try text())
  }

  mutating func counts() throws(UnreadableRecord) -> PoolCounts {
    var counts = PoolCounts()
    for field in PoolCounts.storedFields { counts[keyPath: field] = try integer() }
    return counts
  }

  mutating func levelPlan() throws(UnreadableRecord) -> LevelPlan {
    let action = try word(LevelPlan.Action.self)
    let count = try integer()
    let fromL2 = try integer()
    let create = try integer()
    return LevelPlan(
      action, count: count, fromL2: fromL2, create: create, because: try text())
  }
}

extension PoolCounts {
  /// The counts in the order in which they are stored.
  fileprivate static var storedFields: [WritableKeyPath<PoolCounts, Int>] {
    [
      \.l1Ready, \.l1Waiting, \.l1Preparing, \.l2Ready, \.l2Waiting, \.l2Preparing, \.assigned,
      \.removing, \.error, \.l1Outdated, \.l2Outdated, \.l1ReadyOutdated, \.l2ReadyOutdated,
    ]
  }
}
