import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import SafeTexts

@testable import DashboardScreen
@testable import TerminalCells

/// A made-up store with a bit of everything, at a quarter to ten of a made-up day.
enum Fixture {
  static let utc = Timestamp(milliseconds: 1_700_041_260_000)
  static let now = EngineTime(moment: Moment(milliseconds: 5_000_000), utc: utc)
  static let win11 = PoolID(1)
  static let ubuntu = PoolID(2)
  static let kiosk = PoolID(3)

  static func later(_ span: TimeSpan) -> EngineTime {
    EngineTime(moment: now.moment + span, utc: now.utc + span)
  }

  static let settings = ScreenSettings(
    place: "vdi.example", actor: "ana@vdi", session: "s1", grace: .seconds(5))

  static func pool(
    _ id: PoolID, _ name: SafeText, _ sizes: Sizes, levels: CacheLevels = .l1AndL2
  ) -> Pool {
    var pool = Pool(id: id, name: name, provider: "here", sizes: sizes)
    pool.traits = ServiceTraits(cacheLevels: levels)
    return pool
  }

  static func deployment(
    _ id: Int64, _ pool: PoolID, _ name: String, _ placement: Placement, _ phase: Phase,
    os: OSState = .usable, since: TimeSpan = .minutes(4), ip: SafeText? = nil
  ) -> Deployment {
    let start = Timestamp(milliseconds: utc.milliseconds - since.milliseconds)
    var deployment = Deployment(
      id: DeploymentID(id), pool: pool, identity: Identity(name: name), placement: placement,
      phase: phase, guest: os == .usable ? .ready() : .silent, publication: nil,
      because: "growing L1 by 2: 8 of 10 ready", at: start)
    deployment.ip = ip
    return deployment
  }

  static func operation(_ kind: OperationKind, failures: Int = 0) -> Operation {
    Operation(kind, step: .check, failures: failures, deadline: now.deadline(in: .minutes(50)))
  }

  static var state: StoredState {
    var state = StoredState()
    var provider = ProviderRecord(name: "here", limits: ProviderLimits())
    provider.preparing = 2
    provider.deployments = 41
    state.providers = [provider]
    state.pools = pools
    state.deployments = deployments
    return state
  }

  static var pools: [Pool] {
    var one = pool(win11, "win11", Sizes(initial: 0, l1: 10, l2: 6, max: 60))
    one.counts.l1Ready = 8
    one.counts.l1Preparing = 2
    one.counts.l2Ready = 6
    one.counts.assigned = 21
    one.counts.error = 1
    one.plan.l1 = LevelPlan(.grow, count: 1, create: 1, because: "growing L1 by 1: 8 of 10 ready")
    one.now = "growing L1 by 1: 8 of 10 ready, 2 preparing"
    var two = pool(ubuntu, "ubuntu-dev", Sizes(initial: 0, l1: 5, l2: 6, max: 40))
    two.counts.l1Ready = 5
    two.counts.l2Ready = 3
    two.counts.assigned = 4
    two.restraint = Restraint(
      until: now.deadline(in: .minutes(9)), reason: "deployForCache: no space left on pool vms")
    two.now = "restrained for 9 min: no space left on pool vms"
    var three = pool(kiosk, "kiosk", Sizes(initial: 0, l1: 4, l2: 0, max: 12), levels: .l1)
    three.counts.assigned = 12
    three.now = "full: 12 of 12; 0 of 4 ready"
    return [one, two, three]
  }

  static var deployments: [Deployment] {
    var all: [Deployment] = []
    for number in 1...8 {
      all.append(
        deployment(
          Int64(number), win11, "win11-04\(10 + number)", .cache(.l1, reservedFor: nil),
          .usable(nil), since: .minutes(Int64(number * 7)), ip: "10.1.4.\(10 + number)"))
    }
    var busy = deployment(
      9, win11, "win11-0420", .cache(.l1, reservedFor: nil),
      .preparing(operation(.deployForCache(.l1))), os: .preparing, since: .seconds(12))
    busy.progress = Progress(done: 3, of: 5)
    busy.nextActionAt = now.deadline(in: .seconds(3))
    all.append(busy)
    var ending = deployment(
      10, win11, "win11-0421", .cache(.l1, reservedFor: nil),
      .preparing(operation(.deployForCache(.l1), failures: 2)), os: .preparing, since: .seconds(40))
    ending.reason = "the hypervisor does not answer"
    all.append(ending)
    for number in 11...16 {
      all.append(
        deployment(
          Int64(number), win11, "win11-03\(80 + number)", .cache(.l2, reservedFor: nil),
          .usable(nil), since: .hours(2)))
    }
    for (place, user) in ["ana", "luis", "mei", "tom", "zoë"].enumerated() {
      var held = deployment(
        Int64(20 + place), win11, "win11-03\(70 + place)", .assigned(SafeText(user), .granted),
        .usable(nil), since: .minutes(Int64(80 + place)), ip: "10.1.4.\(70 + place)")
      held.wasLetIn = true
      if place == 0 { held.loggedIn = ["ana"] }
      if place == 1 {
        held.load(.error(Failed(.setReady, .permanent)))
        held.reason = "setReady: the machine was erased"
        held.ip = nil
      }
      all.append(held)
    }
    return all
  }

  /// A screen that has read the store, with an engine in another process.
  static func model(
    _ state: StoredState = state, settings: ScreenSettings = settings,
    size: Size = Size(width: 120, height: 36)
  ) -> ScreenModel {
    var model = ScreenModel(settings: settings, now: now)
    _ = model.update(.input(.resized(size)), at: now)
    _ = model.update(.zone(Zone(offset: 3600, name: "CET")), at: now)
    _ = model.update(
      .presence(.running(pid: 4711, host: "vdi.example", since: utc), isHere: false), at: now)
    _ = model.update(
      .snapshot(StoreSnapshot(sequence: 7, storeID: "x", state: state, now: utc)), at: now)
    return model
  }
}

extension ScreenModel {
  /// Presses keys, one after the other, and answers what they led to.
  mutating func type(_ keys: Key..., at time: EngineTime = Fixture.now) -> [Command] {
    keys.flatMap { update(.input(.key($0)), at: time) }
  }

  /// The screen as text.
  func text(_ width: Int, _ height: Int, _ glyphs: Glyphs = .unicode) -> String {
    view(Size(width: width, height: height), glyphs: glyphs).lines.joined(separator: "\n")
  }
}
