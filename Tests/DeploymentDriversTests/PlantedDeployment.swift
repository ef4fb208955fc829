import Basics
import DeploymentDrivers
import DeploymentInterface
import DriverConformance
import SafeTexts

/// A deployment of the platform in memory, correct except for one mistake.
struct PlantedDeployment: UserDeployment {
  typealias ServiceType = PlantedService

  var uniqueId = ""
  var name = ""
  var ip: String?
  var goal: Goal?
  var wasMade = false
  var wasMoved = false
  var number = 0.0
  var padding = ""
  var loads = 0
  var pause = TimeSpan.milliseconds(1)
  var progress: Progress?
  var suggestedTime: TimeSpan { pause }

  enum Goal: String, Codable { case running, suspended, gone }

  init() {}

  mutating func initialize(_ environment: Environment) {
    name = environment.nameGenerator.get()
    let mistake = environment.service.mistake
    uniqueId = mistake == .oneUniqueId ? "one" : uniqueId.isEmpty ? name : uniqueId
    if mistake == .makesOnLoad { make(environment) }
    if mistake == .addressFromTheStart { ip = "192.0.2.9" }
    if mistake == .noUniqueId { uniqueId = "" }
    if mistake == .noName { name = "" }
    if mistake == .changesWhenLoaded { loads += 1 }
    if mistake == .noPause { pause = .zero }
  }

  // MARK: Deploying

  mutating func deployForCache(_ level: CacheLevel, _ environment: Environment) async -> TaskState {
    let mistake = environment.service.mistake
    if mistake == .failsL1, level == .l1 { return fail("no L1") }
    if mistake == .failsL2, level == .l2 { return fail("no L2") }
    return deploy(level == .l1 ? .running : .suspended, environment)
  }

  mutating func deployForUser(_ user: SafeText, _ environment: Environment) async -> TaskState {
    let mistake = environment.service.mistake
    if mistake == .failsUser { return fail("no users") }
    if mistake == .chokesOnUsers, user.text.contains("'") { return fail("odd user") }
    return deploy(.running, environment)
  }

  private mutating func deploy(_ goal: Goal, _ environment: Environment) -> TaskState {
    let (world, mistake) = (environment.service.world, environment.service.mistake)
    if environment.service.fails {
      if mistake == .givesNoReason { return .error(.init(.permanent, "")) }
      return fail("it is broken")
    }
    if mistake == .namesOnce, goal == .running, !wasMade {
      let used = world.state.withLock { !$0.used.insert(environment.thing.identity.name).inserted }
      if used, world.count(environment.thing) == 0 { return fail("the name was used") }
    }
    let strangers = world.state.withLock { state in
      state.entries.contains { $0.thing == nil && $0.name == environment.thing.identity.name }
    }
    if strangers {
      return mistake == .takesStrangers
        ? finish(environment) : fail("the name is taken by another")
    }
    self.goal = goal
    if mistake == .makesSecond || world.count(environment.thing) == 0 { make(environment) }
    wasMade = true
    return run(environment)
  }

  private func make(_ environment: Environment) {
    environment.service.world.state.withLock {
      $0.entries.append(
        .init(thing: environment.thing, name: environment.thing.identity.name, steps: 3))
    }
  }

  private mutating func run(_ environment: Environment) -> TaskState {
    progress = Progress(done: environment.service.mistake == .wildProgress ? 9 : 1, of: 3)
    return .running
  }

  mutating func checkState(_ environment: Environment) async -> TaskState {
    let (world, mistake) = (environment.service.world, environment.service.mistake)
    if mistake == .hangs { try? await Task.sleep(for: .seconds(3600)) }  // Waits until cancelled.
    if goal == .gone { return gone(environment) }
    let before = world.update(environment.thing) { _ in }
    guard let entry = world.update(environment.thing, { $0.steps = max(0, $0.steps - 1) }) else {
      return fail("it is gone")
    }
    if mistake == .checksOnce, before?.steps == 0 { return fail("nothing runs") }
    return entry.steps == 0 ? finish(environment) : run(environment)
  }

  private mutating func finish(_ environment: Environment) -> TaskState {
    let mistake = environment.service.mistake
    let goal = goal
    _ = environment.service.world.update(environment.thing) { $0.isSuspended = goal == .suspended }
    if ip == nil, mistake != .noAddress { ip = "192.0.2.\(environment.record.id % 250 + 1)" }
    if mistake == .hugeState { padding = String(repeating: "x", count: 70_000) }
    if mistake == .rawText { environment.doLog(.info, "\u{1b}[31mred") }
    return .finished
  }

  private func fail(_ reason: String) -> TaskState {
    .error(.init(.permanent, SafeText(reason)))
  }

  // MARK: Moving, readying

  mutating func moveToCache(_ level: CacheLevel, _ environment: Environment) async -> TaskState {
    let (world, mistake) = (environment.service.world, environment.service.mistake)
    if mistake == .failsMoves { return fail("it does not move") }
    if mistake == .changesIdWhenMoved { uniqueId += "x" }
    wasMoved = true
    goal = level == .l1 ? .running : .suspended
    if mistake == .remakesVanished, world.count(environment.thing) == 0 { make(environment) }
    let before = world.update(environment.thing) { _ in }
    guard let entry = world.update(environment.thing, { $0.steps = 1 }) else {
      return fail("it is gone")
    }
    if mistake == .movesOnce, before?.steps ?? 0 > 0 { return fail("it moves already") }
    if mistake == .movesOnce, entry.isSuspended == (level == .l2) { return fail("it is there") }
    return run(environment)
  }

  mutating func setReady(_ environment: Environment) async -> TaskState {
    let (world, mistake) = (environment.service.world, environment.service.mistake)
    if mistake == .failsReady { return fail("it is never ready") }
    if mistake == .movedIsNeverReady, wasMoved { return fail("it was moved") }
    if mistake == .newAddressWhenReady {
      ip = "192.0.2.\(100 + padding.count % 100)"
      padding += "x"
    }
    if mistake == .growingState { padding += "more" }
    if mistake == .trustsMemory { return .finished }
    if mistake == .remakesVanished, world.count(environment.thing) == 0 { make(environment) }
    guard world.count(environment.thing) > 0 else { return fail("it is gone") }
    goal = .running
    return finish(environment)
  }

  mutating func notifyReadyFromOSManager(
    _ data: SafeText?, _ environment: Environment
  ) async -> TaskState {
    environment.service.mistake == .failsNotify ? fail("nobody asked") : .finished
  }

  mutating func assignToUser(_ user: SafeText, _ environment: Environment) async {
    if environment.service.mistake == .unstorable { number = .nan }
  }

  mutating func userLoggedOut(_ user: SafeText, _ environment: Environment) async {
    if environment.service.mistake == .losesAddress { ip = nil }
  }

  // MARK: Removing

  mutating func cancel(_ environment: Environment) async -> TaskState {
    environment.service.mistake == .cancelLeaves ? .finished : await destroy(environment)
  }

  mutating func destroy(_ environment: Environment) async -> TaskState {
    let (world, mistake) = (environment.service.world, environment.service.mistake)
    let thing = environment.thing
    if mistake == .absentIsError, world.count(thing) == 0 { return fail("it is not there") }
    if mistake == .removesOnlyWhatItRemembers, !wasMade { return .finished }
    if mistake == .forgetsToRemove { return .finished }
    if mistake == .keepsAssigned, environment.record.placement.isAssigned {
      return fail("it is assigned")
    }
    if mistake == .removesAll { world.remove { $0.thing?.owner == thing.owner } }
    if mistake == .removesByName { world.remove { $0.name == thing.identity.name } }
    if mistake == .ignoresOwner { world.remove { $0.thing?.id == thing.id } }
    if mistake == .leavesHalfMade, world.update(thing, { _ in })?.steps ?? 0 > 0 {
      return .finished
    }
    goal = .gone
    return world.count(thing) == 0 ? gone(environment) : run(environment)
  }

  private mutating func gone(_ environment: Environment) -> TaskState {
    let thing = environment.thing
    environment.service.world.remove { $0.thing == thing }
    ip = nil
    return .finished
  }
}

extension DeploymentEnvironment<PlantedService> {
  var thing: ConformanceResource {
    ConformanceResource(owner: owner, id: record.id, identity: record.identity)
  }
}

/// Decodes any data as a deployment, for the two mistakes that concern decoding.
struct LenientService: Service {
  var cacheLevels: CacheLevels { .l1AndL2 }
  func makeDeployment() -> LenientDeployment { .init() }
}

struct LenientDeployment: UserDeployment {
  typealias ServiceType = LenientService

  static func migrated(_ json: [UInt8], from version: UInt8) -> [UInt8]? { Array("{}".utf8) }

  var id: String?
  var uniqueId: String { id ?? "" }
  var ip: String?
  var suggestedTime: TimeSpan { .milliseconds(1) }

  mutating func deployForCache(_ level: CacheLevel, _ environment: Environment) async -> TaskState {
    id = environment.nameGenerator.get()
    return .finished
  }
  mutating func deployForUser(_ user: SafeText, _ environment: Environment) async -> TaskState {
    .finished
  }
  mutating func checkState(_ environment: Environment) async -> TaskState { .finished }
  mutating func destroy(_ environment: Environment) async -> TaskState { .finished }
}
