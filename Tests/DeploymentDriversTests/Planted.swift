import Basics
import DeploymentDrivers
import DeploymentInterface
import DriverConformance
import SafeTexts

/// The mistakes that a driver can make; each is detected by at least one check.
enum Mistake: String, CaseIterable, Sendable {
  case makesOnLoad, addressFromTheStart, failsL1, failsL2, failsUser, hangs, noPause, wildProgress
  case noUniqueId, noName, noAddress, oneUniqueId, chokesOnUsers, makesSecond, movesOnce
  case checksOnce, absentIsError, failsMoves, changesIdWhenMoved, movedIsNeverReady
  case remakesVanished, failsReady, newAddressWhenReady, trustsMemory, failsNotify
  case forgetsToRemove, removesOnlyWhatItRemembers, leavesHalfMade, removesAll, namesOnce
  case removesByName, cancelLeaves, ignoresOwner, takesStrangers, unstorable, losesAddress
  case keepsAssigned, hugeState, growingState, changesWhenLoaded, readsAnyVersion, readsAnything
  case givesNoReason, rawText, failsPublish, publishesOnce
  case absentPublicationIsError, hugePublication
}

/// A platform in memory.
final class PlantedWorld: Sendable {
  struct Entry: Sendable {
    var thing: ConformanceResource?
    var name: String
    var steps: Int
    var isSuspended = false
  }
  struct State {
    var entries: [Entry] = []
    var used: Set<String> = []
    var published: Set<String> = []
  }
  let state = Mutex(State())

  func count(_ thing: ConformanceResource) -> Int {
    state.withLock { $0.entries.count { $0.thing == thing } }
  }
  func remove(_ isIt: (Entry) -> Bool) {
    state.withLock { state in state.entries.removeAll(where: isIt) }
  }
  func update(_ thing: ConformanceResource, _ change: (inout Entry) -> Void) -> Entry? {
    state.withLock { state in
      guard let index = state.entries.firstIndex(where: { $0.thing == thing }) else { return nil }
      change(&state.entries[index])
      return state.entries[index]
    }
  }

  /// The fixture, through which the checks act behind the driver's back.
  static func fixture(_ mistake: Mistake?) -> ConformanceFixture {
    if mistake == .readsAnyVersion || mistake == .readsAnything {
      return ConformanceFixture(LenientService(), owner: "planted")
    }
    let world = PlantedWorld()
    var fixture = ConformanceFixture(
      PlantedService(world: world, mistake: mistake), owner: "planted")
    fixture.failing = PlantedService(world: world, mistake: mistake, fails: true)
    fixture.count = { world.count($0) }
    fixture.vanish = { thing in world.remove { $0.thing == thing } }
    fixture.foreign = ForeignResource(
      make: { identity in
        let entry = Entry(thing: nil, name: identity.name, steps: 0)
        world.state.withLock { $0.entries.append(entry) }
      },
      exists: { identity in
        world.state.withLock { state in
          state.entries.contains { $0.thing == nil && $0.name == identity.name }
        }
      },
      remove: { identity in world.remove { $0.thing == nil && $0.name == identity.name } })
    if mistake == .hangs { fixture.callLimit = .milliseconds(20) }
    return fixture
  }
}

struct PlantedService: Service {
  let world: PlantedWorld
  let mistake: Mistake?
  var fails = false
  var cacheLevels: CacheLevels { .l1AndL2 }
  func makeDeployment() -> PlantedDeployment { .init() }
  func makePublication() -> PlantedPublication? { .init() }
}

struct PlantedPublication: Publication {
  typealias ServiceType = PlantedService
  typealias Environment = PublicationEnvironment<PlantedService>
  var padding = ""
  var suggestedTime: TimeSpan { .milliseconds(1) }

  mutating func publish(_ environment: Environment) async -> TaskState {
    let mistake = environment.service.mistake
    if mistake == .failsPublish { return .error(.init(.permanent, "no")) }
    if mistake == .hugePublication { padding = String(repeating: "x", count: 70_000) }
    let name = environment.record.identity.name
    let isNew = environment.service.world.state.withLock { $0.published.insert(name).inserted }
    if mistake == .publishesOnce, !isNew { return .error(.init(.permanent, "is there")) }
    return .running
  }
  mutating func checkState(_ environment: Environment) async -> TaskState { .finished }
  mutating func cancel(_ environment: Environment) async -> TaskState {
    await destroy(environment)
  }
  mutating func destroy(_ environment: Environment) async -> TaskState {
    let name = environment.record.identity.name
    let was = environment.service.world.state.withLock { $0.published.remove(name) }
    let isMistaken = environment.service.mistake == .absentPublicationIsError
    return isMistaken && was == nil ? .error(.init(.permanent, "is not there")) : .finished
  }
}
