import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// What a pool that left the configuration does with what it caches.
@Suite struct RemovedPoolTests {
  private func removed(_ policy: RemovedPoolPolicy) -> World {
    let world = World(
      .pool(l1: 2, l2: 1) { $0.onRemoved = policy }, .pool("other", l1: 1))
    world.assign("ann")
    world.settle()
    world.reconfigure { $0.pools.removeAll { $0.name == "lab" } }
    world.settle()
    return world
  }

  @Test func whatItCachesIsRemovedAndWhatAUserHoldsStays() {
    let world = removed(.drain)
    #expect(world.pool().counts.l1 == 0 && world.pool().counts.l2 == 0)
    #expect(world.pool().counts.assigned == 1)
    #expect(world.assign("ann").number == 1, "who holds one is served")
    #expect(world.ready(at: .l1, in: "other").count == 1)
    #expect(
      world.refusal(of: .assignFromPool("lab", user: "bob"))?.sentence
        == "pool lab left the configuration: it takes no new users until it returns")
    #expect(
      world.refusal(of: .resume("lab"))?.sentence
        == "pool lab left the configuration: it takes no new users until it returns")
  }

  @Test func anOperatorsSizesDoNotKeepIt() {
    let world = World(.pool(l1: 1), .pool("other", l1: 1))
    world.ask(.resize("lab", SizeOverrides(initial: 2, l1: 3)))
    world.settle()
    world.reconfigure { $0.pools.removeAll { $0.name == "lab" } }
    world.settle()
    #expect(world.pool().counts.l1 == 0)
  }

  @Test func itKeepsWhatItCachesIfItWasToldTo() {
    let world = removed(.keep)
    #expect(world.pool().counts.l1 == 2 && world.pool().counts.l2 == 1)
  }

  @Test func whatAUserGivesBackIsTheLastOfIt() {
    let world = removed(.drain)
    world.ask(.release(DeploymentID(1)))
    world.run(for: .hours(9))
    #expect(world.engine.pool(named: "lab") == nil)
  }
}
