import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// Names, addresses and ports.
@Suite struct NamingTests {
  @Test func namesAreThePrefixAndAPaddedNumberLowestFirst() {
    let world = World(.pool(l1: 3))
    let names = world.engine.deployments.map(\.identity.name)
    #expect(names == names.sorted() && Set(names).count == 3)
    #expect(names.allSatisfy { $0.hasPrefix("lab-") && $0.utf8.count == 7 })
    let numbers = names.compactMap { Int($0.dropFirst(4)) }
    #expect(numbers.last.map { $0 - (numbers.first ?? 0) } == 2, "\(names)")
  }

  @Test func theLowestFreeNameIsGivenFirst() {
    let world = World(.pool(l1: 4))
    let freed = world[2].identity.name
    world.ask(.destroy(DeploymentID(2)))
    world.settle()
    #expect(world[2].phase == .removed)
    #expect(world[5].identity.name != freed, "held until the driver said gone")
    world.ask(.resize("lab", SizeOverrides(l1: 5)))
    world.settle()
    #expect(world[6].identity.name == freed)
  }

  @Test func namesThatAreExhaustedAreSaidWithWhatToChange() {
    let world = World(
      .pool(l1: 15) { $0.names = NamePattern(prefix: "n", digits: 1) })
    let existing = world.ready(at: .l1).count
    #expect((9...10).contains(existing))
    #expect(world.engine.isIdle)
    #expect(world.pool().now.text.contains("digits"), "\(world.pool().now)")
    #expect(world.pool().counts.error == 0)
    #expect(world.assign("ann").number == 1, "what is ready is served")
    world.drain()
  }

  @Test func usersAreRefusedInWordsWhenNamesAreExhausted() {
    let setup = PoolSetup.pool(max: 20, levels: .none) {
      $0.names = NamePattern(prefix: "n", digits: 1)
    }
    let world = World(setup)
    let served = (0..<20).count { world.assign("u\($0)").isAccepted }
    #expect((9...10).contains(served))
    let refusal = world.refusal(of: .assignFromPool("lab", user: "more"))
    #expect(refusal?.sentence.text.contains("digits") == true)
    world.settle()
  }

  @Test func exhaustionEndsWhenSomethingIsGone() {
    let world = World(
      .pool(l1: 0) { $0.names = NamePattern(prefix: "n", digits: 1) },
      .pool("other", l1: 0))
    world.ask(.resize("lab", SizeOverrides(l1: 12)))
    world.settle()
    let full = world.ready(at: .l1).count
    world.ask(.destroy(DeploymentID(1)))
    world.settle()
    #expect(world.ready(at: .l1).count == full, "the free name is used again")
  }

  /// Nothing is created while every name is set aside, so nothing else would offer them again.
  @Test func namesThatSomethingElseHadAreTriedAgainAfterAnHour() {
    let world = World(.pool(l1: 1, max: 20) { $0.names.digits = 1 }) {
      $0.always(.deployForCache, .fail(.nameTaken, "a stranger has the name"))
    }
    world.run(for: .minutes(30))
    #expect(world.ready(at: .l1).isEmpty && world.pool().now.text.contains("all 10 names"))
    world.driver.heal()
    world.run(for: .minutes(20))
    #expect(world.ready(at: .l1).isEmpty)
    world.run(for: .minutes(20))
    #expect(world.ready(at: .l1).count == 1)
  }

  @Test func poolsWithOnePrefixShareTheNames() {
    let names = NamePattern(prefix: "vm", digits: 2)
    let world = World(
      .pool("a", l1: 3) { $0.names = names }, .pool("b", l1: 3) { $0.names = names })
    world.settle()
    let held = world.engine.deployments.filter(\.exists).map(\.identity.name)
    #expect(held.count == 6 && Set(held).count == 6)
  }

  @Test func aNameIsKeptInErrorUntilTheDriverSaidGone() {
    let world = World(.pool(l1: 1, max: 3)) {
      $0.next(.deployForCache, .broken)
      $0.next(.destroy, .fail(.permanent, "no"), .fail(.permanent, "no"))
    }
    let name = world[1].identity.name
    world.run(for: .minutes(50))
    #expect(world.numbers { $0.exists && $0.identity.name == name } == [1])
    world.run(for: .hours(8))
    world.ask(.resize("lab", SizeOverrides(l1: 2)))
    world.settle()
    #expect(world.numbers { $0.exists && $0.identity.name == name } != [1])
  }

  private let range = MACRange(
    first: MACAddress(0x5254_0000_0001), last: MACAddress(0x5254_0000_0003))

  @Test func addressesAreTheLowestFreeOfTheRange() {
    let world = World(.pool(l1: 3, max: 9) { $0.macs = range })
    #expect(
      world.engine.deployments.map { $0.identity.mac?.description ?? "" } == [
        "52:54:00:00:00:01", "52:54:00:00:00:02", "52:54:00:00:00:03",
      ])
    world.ask(.resize("lab", SizeOverrides(l1: 2)))
    world.settle()
    world.ask(.resize("lab", SizeOverrides(l1: 3)))
    world.settle()
    #expect(
      world.ready(at: .l1).map { world[$0].identity.mac }.contains(MACAddress(0x5254_0000_0003)))
  }

  @Test func addressesThatAreExhaustedAreSaid() {
    let world = World(.pool(l1: 5, max: 9) { $0.macs = range })
    #expect(world.ready(at: .l1).count == 3)
    #expect(world.engine.isIdle && world.pool().now.text.lowercased().contains("mac"))
    world.ask(.destroy(DeploymentID(2)))
    world.settle()
    #expect(world.ready(at: .l1).count == 3)
  }

  @Test func addressesAreUniqueOverAllPools() {
    let world = World(
      .pool("a", l1: 2, max: 9) { $0.macs = range }, .pool("b", l1: 2, max: 9) { $0.macs = range })
    let held = world.engine.deployments.filter(\.exists).compactMap(\.identity.mac)
    #expect(held.count == 3 && Set(held).count == 3)
  }

  @Test func portsAreUniqueOverAllPoolsAndOnlyWhereTheServiceWantsOne() {
    let world = World(
      .pool("a", l1: 3, usesPort: true), .pool("b", l1: 3, usesPort: true), .pool("c", l1: 3))
    let ports = world.engine.deployments.compactMap(\.identity.port)
    #expect(ports.count == 6 && Set(ports).count == 6)
    #expect(ports.allSatisfy(Limits.ports.contains))
  }

  @Test func identitiesOutliveTheEngine() {
    let world = World(.pool(l1: 2, max: 9, usesPort: true) { $0.macs = range }) {
      $0.always(.deployForCache, .hang)
    }
    let before = world.engine.deployments.map(\.identity)
    world.driver.heal()
    world.restart()
    world.ask(.resize("lab", SizeOverrides(l1: 3)))
    world.settle()
    #expect(Array(world.engine.deployments.map(\.identity).prefix(2)) == before)
    #expect(Set(world.engine.deployments.map(\.identity.name)).count == 3)
  }

  @Test func numbersAreNeverGivenTwice() {
    let world = World(.pool(l1: 1, max: 1) { $0.historyRetention = .minutes(1) })
    world.ask(.destroy(DeploymentID(1)))
    world.run(for: .minutes(5))
    world.restart()
    world.ask(.destroy(DeploymentID(2)))
    world.run(for: .minutes(5))
    #expect(world.engine.deployments.map(\.id) == [DeploymentID(3)])
  }
}
