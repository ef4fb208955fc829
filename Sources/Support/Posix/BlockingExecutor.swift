import Basics

/// Threads for work that blocks: as many as are needed at once, up to a limit.
///
/// The cooperative threads are as few as the machine's cores, and one call that blocks would keep
/// one of them from everybody. Here it keeps a thread that nobody else needs; a call that never
/// comes back keeps its thread, and no other.
package final class BlockingExecutor: TaskExecutor {
  private enum Work {
    case job(UnownedJob)
    case block(@Sendable () -> Void)
  }
  private struct State {
    var queue: [Work] = []
    var threads = 0
    /// Threads that wait for work that has not been put aside for them yet.
    var idle = 0
    /// Threads that stay although there is no work.
    var least = 0
  }
  private let name: String
  private let limit: Int
  private let state = Mutex(State())
  private let signal = Semaphore()
  /// How long a thread without work stays.
  private static let patience = Duration.seconds(10)

  /// Threads with this name, for debuggers, and at most so many of them.
  package init(named name: String, limit: Int) {
    self.name = name
    self.limit = limit
  }

  /// Runs a job of a task that prefers these threads.
  package func enqueue(_ job: consuming ExecutorJob) { add(.job(UnownedJob(job))) }

  /// Runs a block as soon as a thread is free.
  package func run(_ block: @escaping @Sendable () -> Void) { add(.block(block)) }

  private func add(_ work: Work) {
    let isAwaited = state.withLock { state -> Bool in
      state.queue.append(work)
      guard state.idle > 0 else { return false }
      state.idle -= 1
      return true
    }
    if isAwaited { signal.signal() } else { startThreadIfNeeded() }
  }

  /// Makes sure that there is a thread, which stays: where the system gives no more of them later,
  /// that one does the work, and says what is missing.
  package func prepare() throws(SystemError) {
    let isFirst = state.withLock { state -> Bool in
      state.least = 1
      guard state.threads == 0 else { return false }
      state.threads = 1
      return true
    }
    if isFirst { try start() }
  }

  /// Starts a thread where work waits. Where the system gives none now, the work waits for the
  /// threads that are there, and for the next time that this is called.
  package func startThreadIfNeeded() {
    let isWanted = state.withLock { state -> Bool in
      guard !state.queue.isEmpty, state.threads < limit else { return false }
      state.threads += 1
      return true
    }
    if isWanted { try? start() }
  }

  /// Starts a thread that is counted already.
  private func start() throws(SystemError) {
    do throws(SystemError) {
      try SystemThread.start(named: name) { [self] in work() }
    } catch {
      state.withLock { $0.threads -= 1 }
      throw error
    }
  }

  private func work() {
    repeat {
      while let work = state.withLock({ $0.queue.isEmpty ? nil : $0.queue.removeFirst() }) {
        switch work {
        case .job(let job): job.runSynchronously(on: asUnownedTaskExecutor())
        case .block(let block): block()
        }
      }
    } while waitForWork()
  }

  /// False: there was none for so long that the thread ends.
  private func waitForWork() -> Bool {
    let isIdle = state.withLock { state -> Bool in
      guard state.queue.isEmpty else { return false }
      state.idle += 1
      return true
    }
    guard isIdle else { return true }
    if signal.wait(atMost: Self.patience) { return true }
    let ends = state.withLock { state -> Bool in
      // Where nobody is idle, this thread has been counted in meanwhile: its signal is on the way.
      guard state.idle > 0, state.threads > state.least else { return false }
      state.idle -= 1
      state.threads -= 1
      return true
    }
    if !ends { signal.wait() }
    return !ends
  }
}
