import DashboardScreen
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import SafeTexts
import TerminalCells

/// Connects the screen's model to the terminal's loop: events in, actions out. Calls that may block
/// are passed to other threads.
struct SessionProgram: ScreenProgram {
  /// The services of the screen.
  struct Services {
    let queue: MessageQueue
    let store: SessionStore
    /// Nil: this process never runs the engine.
    let supervisor: EngineSupervisor?
    let isReadOnly: Bool
    /// Called with the first event: the frame is on its way, so the store may be opened.
    let begin: () -> Void
  }

  private var model: ScreenModel
  private let services: Services

  init(_ settings: ScreenSettings, _ services: Services, at now: EngineTime) {
    self.model = ScreenModel(settings: settings, now: now)
    self.model.zone = Zone.system(at: now.utc)
    self.services = services
  }

  var wakeAt: Moment? { model.wakeAt }

  func draw(_ size: Size, glyphs: Glyphs) -> Surface { model.view(size, glyphs: glyphs) }

  mutating func update(_ event: LoopEvent, at now: EngineTime) -> LoopDirective {
    switch event {
    case .started(let size, let note):
      var messages = [Message.input(.resized(size))]
      if let note { messages.append(.notice(note)) }
      defer { services.begin() }
      return take(messages, at: now)
    case .input(let input): return take([.input(input)], at: now)
    case .woken: return takeMessages(at: now)
    case .clock: return take([.zone(Zone.system(at: now.utc)), .clock], at: now)
    case .shown, .ending: return .nothing
    case .suspending:
      services.supervisor?.suspend()
      return .nothing
    case .resumed:
      services.supervisor?.resume()
      services.store.readNow()
      return take([.clock], at: now)
    }
  }

  private mutating func takeMessages(at now: EngineTime) -> LoopDirective {
    if let failure = services.queue.reasonToEnd {
      return LoopDirective(redraw: false, actions: [.quit(failure.status.rawValue)])
    }
    let messages = services.queue.drain()
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
    case .withdraw(let keys): services.store.withdraw(keys)
    case .loadJournal(let deployment, let number):
      services.store.loadJournal(deployment, after: number)
    case .reload: services.store.reload()
    case .flushInput: actions.append(.holdKeys)
    case .copy(let text): actions.append(.copy(text))
    case .redraw: actions.append(.repaint)
    case .suspend: actions.append(.suspend)
    // Real time has a fixed pace.
    case .pace: break
    case .quit(let status): actions.append(.quit(status))
    }
  }

  /// The model already refuses; this ensures that nothing passes in any case.
  private func send(_ requests: [Request]) {
    guard !services.isReadOnly else {
      return services.queue.post(.failure("read-only: the request was not sent"))
    }
    services.store.send(requests)
  }
}
