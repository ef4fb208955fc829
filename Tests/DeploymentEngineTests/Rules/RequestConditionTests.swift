import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// Revisions, not-before times, undo.
@Suite struct RequestConditionTests {
  let one = DeploymentID(1)

  @Test func aRequestAboutWhatChangedSinceIsRefused() {
    let world = World(.pool(l1: 1, max: 1))
    let seen = world[1].revision
    world.assign("ann")
    world.drain()
    #expect(world[1].revision > seen)
    #expect(world.refusal(of: .destroy(one), ifRevision: seen)?.kind == .stale)
    #expect(world.ask(.destroy(one), ifRevision: world[1].revision).isAccepted)
  }

  @Test func aCheckIsNoChange() {
    let world = Situation.preparing.world
    let seen = world[1].revision
    world.run(for: .seconds(10))
    #expect(world.tasks(of: 1).count > 5)
    #expect(world[1].revision == seen)
  }

  static let graceful: [(Situation, Verb, DeploymentState)] = [
    (.preparing, .cancel(DeploymentID(1)), .canceled),
    (.usableL1, .destroy(DeploymentID(1)), .removed),
    (.assigned, .release(DeploymentID(1)), .removed),
    (.error, .destroy(DeploymentID(1)), .removed),
  ]

  @Test(arguments: graceful)
  func itIsCarriedOutAtItsTime(_ situation: Situation, _ verb: Verb, _ end: DeploymentState) {
    let world = situation.world
    let phase = world[1].phase
    #expect(world.ask(verb, by: "eve", notBefore: .seconds(5)).isAccepted)
    #expect(world[1].pending?.actor == "eve")
    #expect(world[1].phase == phase)
    world.run(for: TimeSpan(milliseconds: 4_999))
    #expect(world[1].state == situation.state && !world[1].cancelRequested)
    world.run(for: .seconds(3))
    #expect(world[1].state == end)
  }

  @Test(arguments: graceful)
  func undoTakesItBack(_ situation: Situation, _ verb: Verb, _ end: DeploymentState) {
    let world = situation.world
    world.ask(verb, notBefore: .seconds(5))
    #expect(world.ask(.undo(one)).isAccepted)
    #expect(world[1].pending == nil)
    world.run(for: .seconds(30))
    #expect(world[1].state == situation.state)
    #expect(world.refusal(of: .undo(one)) != nil)
  }

  @Test(arguments: graceful)
  func itSurvivesWhoeverMadeIt(_ situation: Situation, _ verb: Verb, _ end: DeploymentState) {
    let world = situation.world
    world.ask(verb, notBefore: .seconds(5))
    world.restart(after: .seconds(2))
    #expect(world[1].pending != nil)
    world.run(for: .seconds(10))
    #expect(world[1].state == end)
  }

  @Test func aTimeThatIsPastIsNow() {
    let world = World(.pool(l1: 1, max: 1))
    world.ask(.destroy(one), notBefore: TimeSpan(milliseconds: -1))
    #expect(world[1].state == .removing)
  }

  @Test func aJumpOfTheWallClockNeitherHastensNorDelaysIt() {
    for jump in [TimeSpan.hours(48), TimeSpan(milliseconds: -172_800_000)] {
      let world = World(.pool(l1: 1, max: 1))
      world.ask(.destroy(one), notBefore: .seconds(5))
      world.jumpWallClock(by: jump)
      world.run(for: .seconds(4))
      #expect(world[1].state == .usable)
      world.run(for: .seconds(1))
      #expect(world[1].state == .removed)
    }
  }

  @Test func whatIsNotPermittedIsRefusedAtOnceNotAtItsTime() {
    let world = World(.pool(l1: 1, max: 1))
    #expect(world.refusal(of: .release(one), notBefore: .seconds(5))?.kind == .notPermitted)
    #expect(world.refusal(of: .cancel(one), notBefore: .seconds(5))?.kind == .notPermitted)
  }

  @Test func whatIsNoLongerPermittedAtItsTimeIsDropped() {
    let world = Situation.preparing.world
    world.ask(.cancel(one), notBefore: .seconds(5))
    world.driver.heal()
    world.run(for: .seconds(4))
    #expect(world[1].isReady && world[1].pending != nil)
    world.run(for: .seconds(4))
    #expect(world[1].isReady && world[1].pending == nil)
  }

  @Test func everyRequestIsInTheJournalWithItsActor() {
    let world = World(.pool(l1: 1, max: 1))
    world.ask(.destroy(one), by: "eve")
    let line = world.journal.last { $0.kind == .request }
    #expect(line?.actor == "eve" && line?.deployment == one)
  }
}
