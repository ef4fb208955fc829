import Basics
import Posix

/// A one-time signal of an end, which tasks and threads can wait for.
final class EndSignal: Sendable {
  private struct State {
    var hasEnded = false
    var tasks: [CheckedContinuation<Void, Never>] = []
  }
  private let state = Mutex(State())
  private let signal = Semaphore()

  /// Signals the end.
  func set() {
    let tasks = state.withLock { state in
      state.hasEnded = true
      defer { state.tasks = [] }
      return state.tasks
    }
    signal.signal()
    for task in tasks { task.resume() }
  }

  /// Suspends the calling task until the end.
  func wait() async {
    await withCheckedContinuation { task in
      let hasEnded = state.withLock { state in
        if !state.hasEnded { state.tasks.append(task) }
        return state.hasEnded
      }
      if hasEnded { task.resume() }
    }
  }

  /// Blocks the calling thread until the end, or for at most `span`.
  func block(atMost span: Duration) {
    if signal.wait(atMost: span) { signal.signal() }
  }
}

extension BlockingExecutor {
  /// Runs the starts and stops of engines for tasks, since they block.
  static let control = BlockingExecutor(named: "control", limit: 4)
}
