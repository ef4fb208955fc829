import DashboardScreen
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import SafeTexts
import TerminalCells

/// The screen's model, as the terminal's loop runs it: events in, what the loop must do out.
/// Everything that may block is handed on.
struct SessionProgram: ScreenProgram {
  /// What surrounds the screen.
  struct Surroundings {
    let mail: MessageQueue
    let store: SessionStore
    /// Nil: this process is never the engine.
    let supervisor: EngineSupervisor?
    let isReadOnly: Bool
    /// Called with the first event: the frame is on its way, now the store may be opened.
    let begin: () -> Void
  }

  private var model: ScreenModel
  private let around: Surroundings

  init(_ settings: ScreenSettings, _ around: Surroundings, at now: EngineTime) {
    self.model = ScreenModel(settings: settings, now: now)
    self.model.zone = Zone.system(at: now.utc)
    self.around = around
  }

  var wakeAt: Moment? { model.wakeAt }

  func draw(_ size: Size, glyphs: Glyphs) -> Surface { model.view(size, glyphs: glyphs) }

  mutating func update(_ event: LoopEvent, at now: EngineTime) -> LoopDirective {
    switch event {
    case .started(let size, let note):
      var messages = [Message.input(.resized(size))]
      if let note { messages.append(.notice(note)) }
      defer { around.begin() }
      return take(messages, at: now)
    case .input(let input): return take([.input(input)], at: now)
    case .woken: return takeMail(at: now)
    case .clock: return take([.zone(Zone.system(at: now.utc)), .clock], at: now)
    case .shown, .ending: return .nothing
    case .suspending:
      around.supervisor?.suspend()
      return .nothing
    case .resumed:
      around.supervisor?.resume()
      around.store.nudge()
      return take([.clock], at: now)
    }
  }

  private mutating func takeMail(at now: EngineTime) -> LoopDirective {
    if let failure = around.mail.reasonToEnd {
      return LoopDirective(redraw: false, actions: [.quit(failure.status.rawValue)])
    }
    let messages = around.mail.drain()
    return messages.isEmpty ? .nothing : take(messages, at: now)
  }

  private mutating func take(_ messages: [Message], at now: EngineTime) -> LoopDirective {
    var actions: [LoopAction] = []
    for message in messages {
      for command in model.update(message, at: now) { carryOut(command, &actions) }
    }
    return LoopDirective(actions: actions)
  }

  private func carryOut(_ command: Command, _ actions: inout [LoopAction]) {
    switch command {
    case .send(let requests): send(requests)
    case .withdraw(let keys): around.store.withdraw(keys)
    case .loadJournal(let deployment, let number):
      around.store.loadJournal(deployment, after: number)
    case .reload: around.store.reload()
    case .flushInput: actions.append(.holdKeys)
    case .copy(let text): actions.append(.copy(text))
    case .redraw: actions.append(.repaint)
    case .suspend: actions.append(.suspend)
    // Time passes here as it does.
    case .pace: break
    case .quit(let status): actions.append(.quit(status))
    }
  }

  /// The model refuses already; here nothing passes, whatever the model does.
  private func send(_ requests: [Request]) {
    guard !around.isReadOnly else {
      return around.mail.post(.failure("read-only: nothing is changed"))
    }
    around.store.send(requests)
  }
}
