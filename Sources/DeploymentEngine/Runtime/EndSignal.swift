import Basics
import Posix

/// The end of something, which tasks and threads wait for.
final class EndSignal: Sendable {
  private struct State {
    var hasEnded = false
    var tasks: [CheckedContinuation<Void, Never>] = []
  }
  private let state = Mutex(State())
  private let signal = Semaphore()

  /// It has ended.
  func set() {
    let tasks = state.withLock { state in
      state.hasEnded = true
      defer { state.tasks = [] }
      return state.tasks
    }
    signal.signal()
    for task in tasks { task.resume() }
  }

  /// Suspends the task until the end.
  func wait() async {
    await withCheckedContinuation { task in
      let hasEnded = state.withLock { state in
        if !state.hasEnded { state.tasks.append(task) }
        return state.hasEnded
      }
      if hasEnded { task.resume() }
    }
  }

  /// Blocks the thread until the end, but not longer than this.
  func block(atMost span: Duration) {
    if signal.wait(atMost: span) { signal.signal() }
  }
}

extension BlockingExecutor {
  /// What tasks start and stop engines on, which blocks.
  static let control = BlockingExecutor(named: "control", limit: 4)
}
