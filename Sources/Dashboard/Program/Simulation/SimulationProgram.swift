import DashboardScreen
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineSimulation
import EngineStore
import SafeTexts
import TerminalCells

/// The dashboard's screen on a simulated world instead of a store.
struct SimulationProgram: ScreenProgram {
  /// Interval of frames while time passes.
  private static let frame = TimeSpan.milliseconds(100)
  /// Maximum part of this interval that the world may take.
  private static let budget = TimeSpan.milliseconds(40)
  /// Maximum number of events that are read at once.
  private static let journalLimit = 1000

  private var model: ScreenModel
  private let world: WatchedWorld
  private let clock: () -> Moment
  private var last: Moment
  private var reportsEnd = true

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
      return take(messages + currentState(now.moment), now.moment)
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
    // Does not catch up after a long gap, in which the program was stopped.
    let passed = min(span, .seconds(1))
    let hasHappened = world.pass(passed, budget: Self.budget, clock: clock)
    return take((hasHappened ? currentState(now) : []) + [.clock] + ending(), now)
  }

  /// The messages that show the world's current state.
  private func currentState(_ now: Moment) -> [Message] {
    [.snapshot(world.snapshot(at: now)), .storeTrouble(world.storeTrouble), .pace(world.pace)]
  }

  /// The result of the run, reported once.
  private mutating func ending() -> [Message] {
    guard world.isOver, reportsEnd else { return [] }
    reportsEnd = false
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

  /// Carries out a command of the screen and returns the resulting messages.
  private mutating func carryOut(
    _ command: Command, _ now: Moment, _ actions: inout [LoopAction]
  ) -> [Message] {
    switch command {
    case .send(let requests): return requests.map(answer) + currentState(now) + ending()
    case .withdraw(let keys): return keys.map { .withdrawn($0, true) }
    case .loadJournal(let deployment, let number):
      let events = world.journal(deployment, after: number, limit: Self.journalLimit)
      // The screen asks for a followed log in each frame: without new events it needs no answer.
      return number != nil && events.isEmpty ? [] : [.journal(deployment, events)]
    case .reload: return currentState(now)
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
    var messages: [Message] = []
    switch action {
    case .simulationPause: world.togglePause()
    case .simulationFaster: world.faster()
    case .simulationSlower: world.slower()
    case .simulationStep:
      world.step()
      if let latest = world.latest { messages = [.notice(latest)] }
    case .simulationBack:
      reportsEnd = true
      if world.stepBack() {
        messages = [.notice("previous event: \(world.latest ?? "nothing")")]
      } else {
        messages = [
          .failure(
            world.isTouched
              ? "you sent a request: the seed alone no longer leads here"
              : "this is the start of the run")
        ]
      }
    default: break
    }
    return currentState(now) + messages + ending()
  }
}
