import Dispatch
import Synchronization

/// The threads that drivers run on: as many as are needed at once, up to a limit.
///
/// The cooperative threads are as few as the machine's cores, and one driver call that blocks
/// would keep one of them from everybody. Here it keeps a thread that nobody else needs.
final class DriverThreads: TaskExecutor {
  /// For all hosts of the process.
  static let shared = DriverThreads(limit: 256)

  private struct State {
    var jobs: [UnownedJob] = []
    var threads = 0
    /// Threads that wait for a job that has not been put aside for them yet.
    var idle = 0
  }
  private let limit: Int
  private let state = Mutex(State())
  private let work = DispatchSemaphore(value: 0)
  private static let patience = DispatchTimeInterval.seconds(10)

  init(limit: Int) { self.limit = limit }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    enum Next { case wake, start, wait }
    let next = state.withLock { state -> Next in
      state.jobs.append(job)
      if state.idle > 0 {
        state.idle -= 1
        return .wake
      }
      guard state.threads < limit else { return .wait }
      state.threads += 1
      return .start
    }
    switch next {
    case .wake: work.signal()
    case .start: SystemThread.start(named: "driver") { [self] in run() }
    case .wait: break
    }
  }

  private func run() {
    repeat {
      while let job = state.withLock({ $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }) {
        job.runSynchronously(on: asUnownedTaskExecutor())
      }
    } while waitForWork()
  }

  /// False: there was none for so long that the thread ends.
  private func waitForWork() -> Bool {
    let isIdle = state.withLock { state -> Bool in
      guard state.jobs.isEmpty else { return false }
      state.idle += 1
      return true
    }
    guard isIdle else { return true }
    if work.wait(timeout: .now() + Self.patience) == .success { return true }
    let ends = state.withLock { state -> Bool in
      // Somebody has counted this thread in meanwhile: its signal is on the way.
      guard state.idle > 0 else { return false }
      state.idle -= 1
      state.threads -= 1
      return true
    }
    if !ends { work.wait() }
    return !ends
  }
}
