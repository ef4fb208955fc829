import DeploymentEngine
import DeploymentInterface
import SafeTexts
import Testing

@testable import EngineStore

/// Rows that version 2 of deployments and providers and version 1 of the other records stored. They
/// must stay readable, with each value in its field. Do not change the bytes.
@Suite struct StoredBytesTests {
  @Test func deployment() throws {
    try expectStored(
      Self.deployment,
      as: """
        020e04ac02056c61622d370187808080c0ca14018c2e0203616e610103020106c0c9b2fef962c0a907010101\
        027631020101026b3104726f6f7401c0c9b2fef962c0a9070203616e6103626f6201010803752d37054c6162\
        2037010831302e302e302e3701026e6f01060a09616e61207761697473030102ff050103616e61020303626f\
        620403626f6205033a3a3180a0abfef962d0afabfef96201c0c9b2fef962c0a9070180dae281fa6280bab703\
        010e766e633a2f2f31302e302e302e37be99685c
        """)
  }

  @Test func pool() throws {
    try expectStored(
      Self.pool,
      as: """
        0104036c616204686f7374050101054c312b4c3201000101046e6f6e6502040612000108000110010001c0c9\
        b2fef962c0a9070466756c6c01e0f4aefef962e0d4030108020000000000040000000000060c0467726f7706\
        02040573686f727406736872696e6b020000046c6f6e670767726f77696e673d867f22
        """)
  }

  @Test func provider() throws {
    try expectStored(
      Self.provider,
      as: """
        0204686f7374010204d804080a0c0e0106646f6d61696e056c61622d39001201056c61622d390000020480a0\
        abfef9628090ded0fa6280f0b2520104726f6f74020180a0abfef9620104736c6f7788c3973c
        """)
  }

  @Test func publication() throws {
    try expectStored(
      Self.publication,
      as: """
        010408056572726f7200066c61622d723401076e6f206469736b010806010901020480a0abfef96280a0abfe\
        f96201c0c9b2fef962c0a907a1a2e0da
        """)
  }

  @Test func waiter() throws {
    try expectStored(
      Self.waiter,
      as: """
        0104036576650016c0c9b2fef962c0a907626a3222
        """)
  }

  private func expectStored<Record: StoredRecord & Equatable>(
    _ record: Record, as text: String
  ) throws {
    let digits = Array(text.utf8)
    let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { place in
      UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16)
    }
    #expect(try Record(decoding: bytes, at: Self.now) == record)
    #expect(try Record(decoding: record.encoded(at: Self.now), at: Self.now) == record)
  }

  private static let now = EngineTime(
    moment: Moment(milliseconds: 5_000_000), utc: Timestamp(milliseconds: 1_700_000_000_000))

  private static var deployment: Deployment {
    let due = Deadline(from: now.moment, length: .seconds(60))
    var deployment = Deployment(
      id: DeploymentID(7), pool: PoolID(2),
      identity: Identity(name: "lab-7", mac: MACAddress(0x5254_0000_0007), port: 5900),
      placement: .assigned("ana", .granted),
      phase: .preparing(
        Operation(.moveToCache(.l2), step: .check, failures: 3, deadline: due), ending: true),
      guest: .ready(data: "v1", isTold: true), publication: 4, because: "ana waits", at: now.utc)
    deployment.revision = 300
    deployment.wasLetIn = true
    deployment.pending = PendingRequest(
      key: RequestKey("k1"), actor: "root", verb: .destroy, due: due)
    deployment.loggedIn = ["ana", "bob"]
    deployment.uniqueId = "u-7"
    deployment.driverName = "Lab 7"
    deployment.ip = "10.0.0.7"
    deployment.console = "vnc://10.0.0.7"
    deployment.reason = "no"
    deployment.progress = Progress(done: 3, of: 5)
    deployment.data = [1, 2, 255]
    deployment.notices = [
      .assignToUser("ana"), .finish, .userLoggedIn("bob"), .userLoggedOut("bob"), .setIp("::1"),
    ]
    deployment.stateSince = now.utc + .seconds(1)
    deployment.nextActionAt = due
    deployment.stateDeadline = Deadline(from: now.moment, length: .hours(1))
    return deployment
  }

  private static var pool: Pool {
    var pool = Pool(
      id: PoolID(2), name: "lab", provider: "host", sizes: Sizes(initial: 1, l1: 2, l2: 3, max: 9))
    pool.revision = 5
    pool.traits = ServiceTraits(
      cacheLevels: .l1AndL2, publishes: true, waitsForOS: false, usesPort: true)
    pool.problem = "none"
    pool.overrides = SizeOverrides(l1: 4, max: 8)
    pool.isPaused = true
    pool.restraint = Restraint(
      until: Deadline(from: now.moment, length: .seconds(60)), reason: "full")
    pool.creationErrors = [Deadline(from: now.moment, length: .seconds(30))]
    pool.activePublication = 4
    pool.counts.l1Ready = 1
    pool.counts.assigned = 2
    pool.counts.l2ReadyOutdated = 3
    pool.waiting = 6
    pool.plan = PoolPlan(
      l1: LevelPlan(.grow, count: 3, fromL2: 1, create: 2, because: "short"),
      l2: LevelPlan(.shrink, count: 1, because: "long"))
    pool.now = "growing"
    return pool
  }

  private static var provider: ProviderRecord {
    var provider = ProviderRecord(
      name: "host",
      limits: ProviderLimits(preparing: 1, removing: 2, deployments: 300, settingReady: 4))
    provider.inMaintenance = true
    provider.preparing = 5
    provider.removing = 6
    provider.deployments = 7
    var orphan = Orphan(
      ExternalResource(
        kind: "domain", name: "lab-9", purpose: .deployment(DeploymentID(9)),
        identity: Identity(name: "lab-9")),
      .laterState, grace: Deadline(from: now.moment, length: .hours(24)), at: now.utc)
    orphan.sightings = 2
    orphan.removal = .asked(by: "root")
    provider.orphans.all = [orphan]
    provider.orphans.more = 1
    provider.orphans.listedAt = now.utc
    provider.orphans.problem = "slow"
    return provider
  }

  private static var publication: PublicationRecord {
    var publication = PublicationRecord(
      pool: PoolID(2), revision: 4, name: "lab-r4", phase: .error(.publish), at: now.utc)
    publication.reason = "no disk"
    publication.data = [9]
    publication.progress = Progress(done: 1, of: 2)
    publication.nextActionAt = Deadline(from: now.moment, length: .seconds(60))
    return publication
  }

  private static var waiter: WaitingUser {
    WaitingUser(
      pool: PoolID(2), user: "eve",
      promise: Promise(
        position: 11, patience: Deadline(from: now.moment, length: .seconds(60))))
  }
}
