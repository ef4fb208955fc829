import DashboardScreen
import EngineRuntime
import EngineStore
import SafeTexts

/// Translates events of this process's engine into messages to the screen.
struct SessionEngine: Sendable {
  let queue: MessageQueue
  let store: SessionStore

  /// Makes the supervisor that runs the engine in this process if no other process does.
  func supervisor(_ options: EngineOptions) -> EngineSupervisor {
    EngineSupervisor(options) { take($0) }
  }

  /// Starts the supervisor.
  func start(_ supervisor: EngineSupervisor) {
    do throws(EngineStartFailure) {
      try supervisor.start()
    } catch {
      store.engineIsHere(false)
      queue.post(.failure(error.sentence))
    }
  }

  private func take(_ event: EngineSupervisor.Event) {
    switch event {
    case .started(let isTakeOver):
      store.engineIsHere(true)
      if isTakeOver { queue.post(.notice("the engine is in this process now")) }
    case .standingBy: store.engineIsHere(false)
    case .refused(let failure):
      store.engineIsHere(false)
      queue.post(.failure(failure.sentence))
    case .troubled(let trouble): queue.post(.failure(trouble))
    case .lost(let reason):
      store.engineIsHere(false)
      queue.post(.failure("the engine of this process has ended: \(reason)"))
    // A store that cannot be used when the screen opens ends the program.
    case .ended(.refused(let failure)):
      store.engineIsHere(false)
      queue.end(CommandFailure(failure))
    case .ended(.lost): break
    }
  }
}
