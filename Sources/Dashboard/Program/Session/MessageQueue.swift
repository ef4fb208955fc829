import Basics
import DashboardScreen
import DeploymentInterface
import Posix
import TerminalHost

/// Passes messages from other threads to the thread that owns the screen, and wakes it.
final class MessageQueue: Sendable {
  private struct State {
    var messages: [Message] = []
    var end: CommandFailure?
  }

  private let state = Mutex(State())
  private let wake: WakePipe

  init(wake: WakePipe) { self.wake = wake }

  /// Adds a message.
  func post(_ message: Message) {
    state.withLock { $0.messages.append(message) }
    wake.wake()
  }

  /// Ends the screen, with the reason.
  func end(_ failure: CommandFailure) {
    state.withLock { $0.end = $0.end ?? failure }
    wake.wake()
  }

  /// Takes the messages since the last call, oldest first.
  func drain() -> [Message] {
    state.withLock { state in
      defer { state.messages = [] }
      return state.messages
    }
  }

  /// Why the screen must end; nil: it need not.
  var reasonToEnd: CommandFailure? { state.withLock { $0.end } }

  /// Whether many messages wait. The reader of the store then pauses: the store keeps the changes
  /// meanwhile, and the queue does not grow.
  var isFull: Bool { state.withLock { $0.messages.count >= 8 } }
}
