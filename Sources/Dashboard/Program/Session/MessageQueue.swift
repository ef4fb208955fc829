import Basics
import DashboardScreen
import DeploymentInterface
import Posix
import TerminalHost

/// Takes messages from the threads around the screen to the one that owns it, and wakes that one.
final class MessageQueue: Sendable {
  private struct State {
    var messages: [Message] = []
    var end: CommandFailure?
  }

  private let state = Mutex(State())
  private let wake: WakePipe

  init(wake: WakePipe) { self.wake = wake }

  /// Leaves a message.
  func post(_ message: Message) {
    state.withLock { $0.messages.append(message) }
    wake.wake()
  }

  /// Says that the screen has nothing to show any more, and why.
  func end(_ failure: CommandFailure) {
    state.withLock { $0.end = $0.end ?? failure }
    wake.wake()
  }

  /// The messages since the last time, oldest first.
  func drain() -> [Message] {
    state.withLock { state in
      defer { state.messages = [] }
      return state.messages
    }
  }

  /// Why it has to end; nil: it has not.
  var reasonToEnd: CommandFailure? { state.withLock { $0.end } }

  /// Whether the screen has not taken yet what it was told. Who reads a store waits for that: the
  /// store keeps what changes meanwhile, a mailbox would grow.
  var isFull: Bool { state.withLock { $0.messages.count >= 8 } }
}
