import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineSimulation
import EngineStore
import SafeTexts
import Testing

@testable import DashboardKit
@testable import DashboardScreen
@testable import TerminalCells

/// A simulated world on the screen.
@Suite struct SimulationProgramTests {
  private static let start = EngineTime(
    moment: Moment(milliseconds: 0), utc: Timestamp(milliseconds: 0))

  private static func world(_ seed: UInt64 = 7) -> WatchedWorld {
    WatchedWorld(Simulation(seed: seed, preset: .swarm), from: .zero)
  }

  private static func later(_ span: TimeSpan) -> EngineTime {
    EngineTime(moment: start.moment + span, utc: start.utc + span)
  }

  /// A screen over a world; its clock stands still, so no budget is ever used up.
  private static func program(_ world: WatchedWorld) -> SimulationProgram {
    var settings = ScreenSettings(place: "there", actor: "ana", session: "s", grace: .zero)
    settings.isSimulation = true
    var program = SimulationProgram(settings, world, at: start) { start.moment }
    _ = program.update(.started(Size(width: 120, height: 36), note: nil), at: start)
    return program
  }

  private static func press(
    _ keys: Key..., in program: inout SimulationProgram, at time: EngineTime = start
  ) {
    for key in keys { _ = program.update(.input(.key(key)), at: time) }
  }

  private static func text(_ program: SimulationProgram) -> String {
    program.draw(Size(width: 120, height: 36), glyphs: .unicode).lines
      .joined(separator: "\n")
  }

  @Test func timePassesAsFastAsIsWished() {
    let world = Self.world()
    var program = Self.program(world)
    _ = program.update(.clock, at: Self.later(.seconds(1)))
    #expect(world.result.elapsed >= .seconds(60))
    #expect(Self.text(program).contains("SIMULATION swarm 7: 60x"))
    Self.press("]", "]", "[", in: &program)
    #expect(world.pace.text.contains("300x"))
  }

  @Test func nothingHappensWhileTimeIsPaused() {
    let world = Self.world()
    var program = Self.program(world)
    Self.press("P", in: &program)
    let before = world.snapshot(at: Self.start.moment)
    _ = program.update(.clock, at: Self.later(.seconds(1)))
    #expect(world.snapshot(at: Self.start.moment).state == before.state)
    #expect(Self.text(program).contains("paused"))
    Self.press("P", in: &program)
    _ = program.update(.clock, at: Self.later(.seconds(2)))
    #expect(world.sequence > before.sequence)
  }

  @Test func aStepBackIsTheWorldAsItWas() {
    let world = Self.world()
    var seen: [(state: StoredState, told: SafeText?)] = []
    for _ in 1...20 {
      world.step()
      seen.append((world.snapshot(at: Self.start.moment).state, world.latest))
    }
    #expect(seen.first?.state != seen.last?.state)
    for before in seen.dropLast().reversed() {
      #expect(world.stepBack())
      let isSame = world.snapshot(at: Self.start.moment).state == before.state
      #expect(isSame && world.latest == before.told)
    }
  }

  @Test func whoHasAskedForSomethingCannotGoBack() {
    let world = Self.world()
    var program = Self.program(world)
    for _ in 1...3 { Self.press(".", in: &program) }
    #expect(world.ask(Request(key: RequestKey("k"), actor: "ana", verb: .pause("a"))) != nil)
    Self.press(",", in: &program)
    #expect(Self.text(program).contains("you sent a request"))
  }

  @Test func whatIsAskedIsAnsweredByTheWorld() {
    let world = Self.world()
    var program = Self.program(world)
    Self.press(".", in: &program)
    // The first pool gets one fewer at L1, or its first one.
    let before = world.snapshot(at: Self.start.moment).state.pools.first?.sizes.l1 ?? 0
    Self.press("j", before > 0 ? "-" : "+", in: &program)
    let pool = world.snapshot(at: Self.start.moment).state.pools.first
    #expect(pool?.overrides.l1 == abs(before - 1) && pool?.configuredSizes.l1 == before)
  }

  @Test func theEndIsSaidAndTimeStops() {
    let world = Self.world()
    var program = Self.program(world)
    for _ in 1...6 { Self.press("]", in: &program) }
    var seconds: Int64 = 0
    while !world.isOver, seconds < 1000 {
      seconds += 1
      _ = program.update(.clock, at: Self.later(.seconds(seconds)))
    }
    #expect(world.isOver && world.isPaused)
    #expect(Self.text(program).contains("no violations"))
    #expect(world.result.digest == Simulation(seed: 7, preset: .swarm).run().digest)
  }

  @Test func elsewhereThereAreNoSuchKeys() {
    var model = Fixture.model()
    _ = model.type(".")
    #expect(model.status?.text.text.hasPrefix(". does nothing") == true)
    _ = model.type("?")
    #expect(!model.text(120, 200).contains("simulation."))
  }
}
