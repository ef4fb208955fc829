import Basics
import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// Makes records of every shape, edges more often than chance would.
struct RandomRecords {
  var generator: SplitMix64
  let now: EngineTime

  init(seed: UInt64, now: EngineTime) {
    generator = SplitMix64(seed: seed)
    self.now = now
  }

  mutating func bool() -> Bool { Bool.random(using: &generator) }

  mutating func number(_ range: ClosedRange<Int>) -> Int {
    switch Int.random(in: 0..<8, using: &generator) {
    case 0: range.lowerBound
    case 1: range.upperBound
    default: Int.random(in: range, using: &generator)
    }
  }

  mutating func pick<Value>(_ values: [Value]) -> Value {
    values[number(0...values.count - 1)]
  }

  mutating func maybe<Value>(_ make: (inout Self) -> Value) -> Value? {
    bool() ? make(&self) : nil
  }

  mutating func text() -> SafeText {
    pick([
      "", "a", "lab-001", "the driver said no: ␛[31m", "Ünïcødé 🚀 中文", "‹202E›",
      SafeText(String(repeating: "x", count: 300)), SafeText("user\(number(0...99))"),
    ])
  }

  mutating func bytes() -> [UInt8] {
    (0..<number(0...400)).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }

  mutating func timestamp() -> Timestamp {
    Timestamp(milliseconds: Int64(number(0...4_102_444_800_000)))
  }

  /// Between now and its length from now, as every due time that has not passed is.
  mutating func deadline() -> Deadline {
    let length = TimeSpan.milliseconds(Int64(number(0...100_000_000)))
    var deadline = Deadline(from: now.moment, length: length)
    deadline.at = now.moment + .milliseconds(Int64(number(0...Int(length.milliseconds))))
    return deadline
  }

  mutating func level() -> CacheLevel { pick([.l1, .l2]) }

  mutating func kind() -> OperationKind {
    pick([
      .deployForCache(level()), .deployForUser, .moveToCache(level()), .setReady,
      .notifyReadyFromOSManager, .cancel, .destroy, .publish,
    ])
  }

  mutating func operation() -> Operation {
    Operation(
      kind(), step: pick([.start, .check]), failures: number(0...1000), deadline: deadline(),
      isStuck: bool())
  }

  mutating func phase() -> Phase {
    pick([
      .preparing(operation(), ending: bool()), .usable(maybe { $0.operation() }), .removable,
      .removing(operation()), .removed, .canceling(operation()), .canceled,
      .error(
        Failed(
          kind(), pick(FailureClass.allCases), removals: number(0...9), leavesNothing: bool())),
    ])
  }

  mutating func placement() -> Placement {
    bool()
      ? .cache(level(), reservedFor: maybe { $0.user() })
      : .assigned(user(), pick([.wanted, .granted]))
  }

  mutating func user() -> SafeText { SafeText("user\(number(0...99))") }

  mutating func progress() -> Progress { Progress(done: number(0...9), of: number(0...9)) }

  mutating func notice() -> Notice {
    pick([
      .assignToUser(text()), .finish, .userLoggedIn(text()), .userLoggedOut(text()),
      .setIp(text()),
    ])
  }

  mutating func deployment(_ id: Int64, pool: Int32 = 1) -> Deployment {
    var deployment = Deployment(
      id: DeploymentID(id), pool: PoolID(pool),
      identity: Identity(
        name: "lab-\(id)", mac: maybe { _ in MACAddress(0x5254_0000_0000 + UInt64(id)) },
        port: maybe { _ in UInt16(20_000 + id % 10_000) }),
      placement: placement(), phase: phase(),
      guest: pick([.silent, .ready(data: maybe { $0.text() }, isTold: bool())]),
      publication: maybe { $0.number(1...9) }, because: text(), at: timestamp())
    deployment.revision = generator.next()
    deployment.pending = maybe { records in
      PendingRequest(
        key: RequestKey("k\(records.number(0...99))"), actor: records.text(),
        verb: records.pick([.cancel, .destroy, .release]), due: records.deadline())
    }
    deployment.bootID = bool() ? text() : nil
    deployment.loggedIn = (0..<number(0...3)).map { _ in text() }
    deployment.wasLetIn = bool()
    deployment.promise = maybe { $0.promise(Int64(id)) }
    deployment.uniqueId = text()
    deployment.driverName = text()
    deployment.ip = maybe { $0.text() }
    deployment.console = maybe { $0.text() }
    deployment.reason = maybe { $0.text() }
    deployment.progress = maybe { $0.progress() }
    deployment.data = bytes()
    deployment.notices = (0..<number(0...3)).map { _ in notice() }
    deployment.stateSince = timestamp()
    deployment.nextActionAt = maybe { $0.deadline() }
    deployment.stateDeadline = maybe { $0.deadline() }
    return deployment
  }

  mutating func levelPlan() -> LevelPlan {
    LevelPlan(
      pick([.grow, .shrink, .none]), count: number(0...9), fromL2: number(0...9),
      create: number(0...9), because: text())
  }

  mutating func pool(_ id: Int32) -> Pool {
    var pool = Pool(
      id: PoolID(id), name: SafeText("pool\(id)"), provider: text(),
      sizes: Sizes(
        initial: number(0...9), l1: number(0...9), l2: number(0...9), max: number(0...9)))
    pool.revision = generator.next()
    pool.isConfigured = bool()
    pool.traits = maybe { records in
      ServiceTraits(
        cacheLevels: records.pick(CacheLevels.allCases), publishes: records.bool(),
        waitsForOS: records.bool(), usesPort: records.bool())
    }
    pool.problem = maybe { $0.text() }
    pool.overrides = SizeOverrides(
      initial: maybe { $0.number(0...9) }, l1: maybe { $0.number(0...9) },
      l2: maybe { $0.number(0...9) }, max: maybe { $0.number(0...9) })
    pool.isPaused = bool()
    pool.inMaintenance = bool()
    pool.restraint = maybe { Restraint(until: $0.deadline(), reason: $0.text()) }
    pool.restraints = number(0...9)
    pool.failedCreations = (0..<number(0...3)).map { _ in deadline() }
    pool.moveErrors = (0..<number(0...3)).map { _ in deadline() }
    pool.moveRestraint = maybe { Restraint(until: $0.deadline(), reason: $0.text()) }
    pool.creationErrors = (0..<number(0...3)).map { _ in deadline() }
    pool.activePublication = maybe { $0.number(1...9) }
    pool.counts = counts()
    pool.waiting = number(0...9)
    pool.plan = PoolPlan(l1: levelPlan(), l2: levelPlan())
    pool.now = text()
    return pool
  }

  mutating func counts() -> PoolCounts {
    var counts = PoolCounts()
    counts.l1Ready = number(0...99)
    counts.l1Waiting = number(0...99)
    counts.l1Preparing = number(0...99)
    counts.l2Ready = number(0...99)
    counts.l2Waiting = number(0...99)
    counts.l2Preparing = number(0...99)
    counts.assigned = number(0...99)
    counts.removing = number(0...99)
    counts.error = number(0...99)
    counts.leavingOutsideMax = number(0...99)
    counts.l1Outdated = number(0...99)
    counts.l2Outdated = number(0...99)
    counts.l1ReadyOutdated = number(0...99)
    counts.l2ReadyOutdated = number(0...99)
    return counts
  }

  mutating func provider(_ name: SafeText) -> ProviderRecord {
    var provider = ProviderRecord(
      name: name,
      limits: ProviderLimits(
        preparing: number(0...99), removing: number(0...99), deployments: number(0...99),
        settingReady: number(0...99)))
    provider.inMaintenance = bool()
    provider.preparing = number(0...99)
    provider.removing = number(0...99)
    provider.hung = number(0...99)
    provider.maintenance = maybe { $0.deadline() }
    provider.deployments = number(0...99)
    provider.orphans.all = (0..<number(0...3)).map { _ in orphan() }
    provider.orphans.more = number(0...99)
    provider.orphans.listedAt = maybe { $0.timestamp() }
    provider.orphans.problem = maybe { $0.text() }
    return provider
  }

  private mutating func orphan() -> Orphan {
    let thing = ExternalResource(
      kind: text(), name: text(),
      purpose: bool()
        ? .deployment(DeploymentID(Int64(number(1...99)))) : .publication(text().text),
      identity: maybe {
        Identity(name: $0.text().text, mac: MACAddress(UInt64($0.number(0...99))))
      })
    let cause = Orphan.Cause.allCases[number(0...2)]
    var orphan = Orphan(thing, cause, grace: deadline(), at: timestamp())
    orphan.sightings = number(1...99)
    orphan.removal = [.none, .asked(by: text()), .failed(text())][number(0...2)]
    return orphan
  }

  mutating func publication(_ pool: Int32, _ revision: Int) -> PublicationRecord {
    var publication = PublicationRecord(
      pool: PoolID(pool), revision: revision, name: text().text,
      phase: pick([
        .publishing(operation()), .draining, .removing(operation()), .removed, .error(kind()),
      ]), at: timestamp())
    publication.reason = maybe { $0.text() }
    publication.data = bytes()
    publication.progress = maybe { $0.progress() }
    publication.stateSince = timestamp()
    publication.nextActionAt = maybe { $0.deadline() }
    return publication
  }

  mutating func waiter(_ pool: Int32, _ position: Int64) -> WaitingUser {
    WaitingUser(
      pool: PoolID(pool), user: SafeText("waiter\(position)"), promise: promise(position),
      retryAt: maybe { $0.deadline() })
  }

  private mutating func promise(_ position: Int64) -> Promise {
    var promise = Promise(position: position, patience: maybe { $0.deadline() })
    promise.failures = number(0...9)
    promise.asker = maybe { Asker($0.text()) }
    promise.reasons = (0..<number(0...3)).map { _ in text() }
    return promise
  }
}
