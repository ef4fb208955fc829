import DashboardScreen
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineSimulation
import EngineStore
import SafeTexts
import TerminalCells

/// The dashboard's screen over a simulated world instead of a store.
struct SimulationProgram: ScreenProgram {
  /// Between two pictures while time passes.
  private static let frame = TimeSpan.milliseconds(100)
  /// How much of that the world may take.
  private static let budget = TimeSpan.milliseconds(40)
  /// Events that are read at once.
  private static let journalLimit = 1000

  private var model: ScreenModel
  private let world: WatchedWorld
  private let clock: () -> Moment
  private var last: Moment
  private var saysEnd = true

  init(
    _ settings: ScreenSettings, _ world: WatchedWorld, at now: EngineTime,
    clock: @escaping () -> Moment
  ) {
    self.world = world
    self.clock = clock
    last = now.moment
    model = ScreenModel(settings: settings, now: world.time(at: now.moment))
  }

  var wakeAt: Moment? { world.isPaused ? model.wakeAt : last + Self.frame }

  func draw(_ size: Size, glyphs: Glyphs) -> Surface { model.view(size, glyphs: glyphs) }

  mutating func update(_ event: LoopEvent, at now: EngineTime) -> LoopDirective {
    switch event {
    case .started(let size, let note):
      var messages: [Message] = [
        .input(.resized(size)), .zone(world.zone),
        .presence(
          .running(pid: 0, host: model.settings.place, since: world.time(at: now.moment).utc),
          isHere: true),
      ]
      if let note { messages.append(.notice(note)) }
      return take(messages + picture(now.moment), now.moment)
    case .input(let input): return take([.input(input)], now.moment)
    case .clock: return passTime(now.moment)
    case .woken, .shown, .ending, .suspending: return .nothing
    case .resumed:
      last = now.moment
      return take([.clock], now.moment)
    }
  }

  private mutating func passTime(_ now: Moment) -> LoopDirective {
    let span = max(.zero, now - last)
    last = now
    // What was not looked at for long (the program was stopped) is not made up for.
    let passed = min(span, .seconds(1))
    let hasHappened = world.pass(passed, budget: Self.budget, clock: clock)
    return take((hasHappened ? picture(now) : []) + [.clock] + ending(), now)
  }

  /// All that is to be seen.
  private func picture(_ now: Moment) -> [Message] {
    [.snapshot(world.snapshot(at: now)), .storeTrouble(world.storeTrouble), .pace(world.pace)]
  }

  /// Said once: how it ended.
  private mutating func ending() -> [Message] {
    guard world.isOver, saysEnd else { return [] }
    saysEnd = false
    let result = world.result
    if let complaint = world.complaint {
      return [
        .pace(world.pace), .failure("checker \(complaint.checker): \(SafeText(complaint.text))"),
      ]
    }
    return [
      .pace(world.pace),
      .notice("finished: \(result.events) events, \(result.faults) faults, no violations"),
    ]
  }

  private mutating func take(_ messages: [Message], _ now: Moment) -> LoopDirective {
    var actions: [LoopAction] = []
    var open = messages[...]
    while let message = open.popFirst() {
      for command in model.update(message, at: world.time(at: now)) {
        open += carryOut(command, now, &actions)
      }
    }
    return LoopDirective(actions: actions)
  }

  /// Does what the screen wants done; what comes of it is told to the screen.
  private mutating func carryOut(
    _ command: Command, _ now: Moment, _ actions: inout [LoopAction]
  ) -> [Message] {
    switch command {
    case .send(let requests): return requests.map(answer) + picture(now) + ending()
    case .withdraw(let keys): return keys.map { .withdrawn($0, true) }
    case .loadJournal(let deployment, let number):
      let events = world.journal(deployment, after: number, limit: Self.journalLimit)
      // A log that goes on is asked for again with each picture: nothing new needs no answer.
      return number != nil && events.isEmpty ? [] : [.journal(deployment, events)]
    case .reload: return picture(now)
    case .pace(let action): return change(action, now)
    case .flushInput: actions.append(.holdKeys)
    case .copy(let text): actions.append(.copy(text))
    case .redraw: actions.append(.repaint)
    case .suspend: actions.append(.suspend)
    case .quit(let status): actions.append(.quit(status))
    }
    return []
  }

  private func answer(_ request: Request) -> Message {
    guard let reply = world.ask(request) else {
      let refusal = Refusal(.notPermitted, world.storeTrouble ?? "the simulation is over")
      return .answer(request.key, .refused(refusal))
    }
    return .answer(request.key, reply)
  }

  private mutating func change(_ action: ActionID, _ now: Moment) -> [Message] {
    last = now
    var said: [Message] = []
    switch action {
    case .simulationPause: world.turnPause()
    case .simulationFaster: world.faster()
    case .simulationSlower: world.slower()
    case .simulationStep:
      world.step()
      if let latest = world.latest { said = [.notice(latest)] }
    case .simulationBack:
      saysEnd = true
      if world.stepBack() {
        said = [.notice("previous event: \(world.latest ?? "nothing")")]
      } else {
        said = [
          .failure(
            world.isTouched
              ? "you sent a request: the seed alone no longer leads here"
              : "this is the start of the run")
        ]
      }
    default: break
    }
    return picture(now) + said + ending()
  }
}
