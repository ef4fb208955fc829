import Basics

/// Threads for blocking work: started on demand, up to a limit.
///
/// The cooperative pool has one thread for each core, and a blocking call would take one of them
/// away. Here a call blocks only its own thread, even if it never returns.
package final class BlockingExecutor: TaskExecutor {
  private enum Work {
    case job(UnownedJob)
    case block(@Sendable () -> Void)
  }
  private struct State {
    var queue: [Work] = []
    var threads = 0
    /// Waiting threads to which no work has been assigned yet.
    var idle = 0
    /// Number of threads that stay when no work is left.
    var least = 0
  }
  private let name: String
  private let limit: Int
  private let state = Mutex(State())
  private let signal = Semaphore()
  /// Time after which an idle thread ends.
  private static let idleTimeout = Duration.seconds(10)

  /// An executor without threads yet.
  package init(named name: String, limit: Int) {
    self.name = name
    self.limit = limit
  }

  /// Runs a job of a task that prefers this executor.
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

  /// Ensures that one thread exists and stays: if the system refuses more threads later, this one
  /// does the work. Throws if the system refuses the first thread.
  package func prepare() throws(SystemError) {
    let isFirst = state.withLock { state -> Bool in
      state.least = 1
      guard state.threads == 0 else { return false }
      state.threads = 1
      return true
    }
    if isFirst { try start() }
  }

  /// Starts a thread if work waits and the limit allows. If the system refuses one, the work waits
  /// for an existing thread or for the next call of this method.
  package func startThreadIfNeeded() {
    let isWanted = state.withLock { state -> Bool in
      guard !state.queue.isEmpty, state.threads < limit else { return false }
      state.threads += 1
      return true
    }
    if isWanted { try? start() }
  }

  /// Starts a thread that `threads` already counts.
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

  /// Returns false if no work came in time; the thread then ends.
  private func waitForWork() -> Bool {
    let isIdle = state.withLock { state -> Bool in
      guard state.queue.isEmpty else { return false }
      state.idle += 1
      return true
    }
    guard isIdle else { return true }
    if signal.wait(atMost: Self.idleTimeout) { return true }
    let ends = state.withLock { state -> Bool in
      // If no thread is idle, a job was just assigned to this one: its signal is on the way.
      guard state.idle > 0, state.threads > state.least else { return false }
      state.idle -= 1
      state.threads -= 1
      return true
    }
    if !ends { signal.wait() }
    return !ends
  }
}
