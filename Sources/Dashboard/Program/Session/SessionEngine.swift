import DashboardScreen
import EngineRuntime
import EngineStore
import SafeTexts

/// Translates what happens to the engine of this process into messages to the screen.
struct SessionEngine: Sendable {
  let mail: MessageQueue
  let store: SessionStore

  /// An engine for a store, in this process where no other has one.
  func supervisor(_ options: EngineOptions) -> EngineSupervisor {
    EngineSupervisor(options) { take($0) }
  }

  /// Begins to supervise.
  func start(_ supervisor: EngineSupervisor) {
    do throws(EngineStartFailure) {
      try supervisor.start()
    } catch {
      store.engineIsHere(false)
      mail.post(.failure(error.sentence))
    }
  }

  private func take(_ event: EngineSupervisor.Event) {
    switch event {
    case .started(let isTakeOver):
      store.engineIsHere(true)
      if isTakeOver { mail.post(.notice("the engine is in this process now")) }
    case .standingBy: store.engineIsHere(false)
    case .refused(let failure):
      store.engineIsHere(false)
      mail.post(.failure(failure.sentence))
    case .troubled(let trouble): mail.post(.failure(trouble))
    case .lost(let reason):
      store.engineIsHere(false)
      mail.post(.failure("the engine of this process has ended: \(reason)"))
    // A store that cannot be used when the screen opens ends the program.
    case .ended(.refused(let failure)):
      store.engineIsHere(false)
      mail.end(CommandFailure(failure))
    case .ended(.lost): break
    }
  }
}
