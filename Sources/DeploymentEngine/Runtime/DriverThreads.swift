import DeploymentInterface
import EngineStore

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
  private let work = Semaphore()
  private static let patience = TimeSpan.seconds(10)

  init(limit: Int) { self.limit = limit }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let isAwaited = state.withLock { state -> Bool in
      state.jobs.append(job)
      guard state.idle > 0 else { return false }
      state.idle -= 1
      return true
    }
    if isAwaited { work.signal() } else { hire() }
  }

  /// Makes sure that there is a thread, which stays: where the system gives no more of them later,
  /// that one does the work, and says what is missing.
  func prepare() throws(FileStatus.Failure) {
    let isFirst = state.withLock { state -> Bool in
      guard state.threads == 0 else { return false }
      state.threads = 1
      return true
    }
    if isFirst { try start() }
  }

  /// Starts a thread where jobs wait. Where the system gives none now, the jobs wait for those that
  /// are there, and for the next time that this is called.
  func hire() {
    let isWanted = state.withLock { state -> Bool in
      guard !state.jobs.isEmpty, state.threads < limit else { return false }
      state.threads += 1
      return true
    }
    if isWanted { try? start() }
  }

  /// Starts a thread that is counted already.
  private func start() throws(FileStatus.Failure) {
    do throws(FileStatus.Failure) {
      try SystemThread.start(named: "driver") { [self] in run() }
    } catch {
      state.withLock { $0.threads -= 1 }
      throw error
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
    if work.wait(atMost: Self.patience) { return true }
    let ends = state.withLock { state -> Bool in
      // Somebody has counted this thread in meanwhile: its signal is on the way. Or it is the last.
      guard state.idle > 0, state.threads > 1 else { return false }
      state.idle -= 1
      state.threads -= 1
      return true
    }
    if !ends { work.wait() }
    return !ends
  }
}
