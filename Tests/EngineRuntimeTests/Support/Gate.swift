import Basics
import DeploymentEngine
import DeploymentInterface
import Posix

/// Lets tasks and threads pass once it is open. It does not heed cancellation: so a driver hangs.
final class Gate: Sendable {
  private struct State {
    var isOpen = false
    var waiting: [@Sendable () -> Void] = []
  }
  private let state = Mutex(State())

  var isOpen: Bool { state.withLock { $0.isOpen } }

  func open() {
    let waiting = state.withLock { state in
      state.isOpen = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for resume in waiting { resume() }
  }

  /// Suspends the task.
  func pass() async {
    await withCheckedContinuation { continuation in then { continuation.resume() } }
  }

  /// Blocks the thread.
  func block() {
    let passed = Semaphore()
    then { passed.signal() }
    passed.wait()
  }

  private func then(_ resume: @escaping @Sendable () -> Void) {
    let passes = state.withLock { state -> Bool in
      if !state.isOpen { state.waiting.append(resume) }
      return state.isOpen
    }
    if passes { resume() }
  }
}

/// Suspends the task until it is cancelled.
func untilCancelled() async {
  let cancelled = Gate()
  await withTaskCancellationHandler {
    await cancelled.pass()
  } onCancel: {
    cancelled.open()
  }
}
