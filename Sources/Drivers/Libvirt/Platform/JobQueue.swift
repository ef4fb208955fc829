import Basics
import DeploymentInterface
import Posix

/// Runs calls that may take minutes (saving, copying, starting), one at a time per key. Callers do
/// not wait for the end, but ask again.
final class JobQueue: Sendable {
  /// The state of a job.
  enum Answer: Sendable {
    /// It, or another job with the same key, is still running.
    case goesOn
    case ended(Result<Void, VirtError>)
  }

  private struct Job {
    var verb: String
    let begun = ContinuousClock.now
    var result: Result<Void, VirtError>?
    var waiting: [Once<Answer>] = []
  }
  private let jobs = Mutex<[String: Job]>([:])
  private let threads: BlockingExecutor

  init(threads: BlockingExecutor) { self.threads = threads }

  /// Whether a job with this key is running.
  func isAtWork(on key: String) -> Bool {
    jobs.withLock { $0[key].map { $0.result == nil } ?? false }
  }

  /// Starts a job, or joins it if it is running; waits for its end for at most the given time.
  ///
  /// The result of a job that nobody waited for is kept for the next caller that asks for the same
  /// job.
  ///
  /// - Parameter overtaking: the running time after which another job with this key is no longer
  ///   waited for; nil: it is always waited for.
  func run(
    _ verb: String, on thing: String, waiting patience: TimeSpan, overtaking: TimeSpan? = nil,
    _ body: @escaping @Sendable () -> Result<Void, VirtError>
  ) async -> Answer {
    let key = place(of: verb, on: thing, overtaking)
    return await withCheckedContinuation { continuation in
      let once = Once(continuation)
      enum Step { case answer(Answer), wait, begin }
      let step = jobs.withLock { jobs -> Step in
        if let job = jobs[key] {
          guard let result = job.result else {
            guard job.verb == verb else { return .answer(.goesOn) }
            jobs[key]?.waiting.append(once)
            return .wait
          }
          jobs[key] = nil
          if job.verb == verb { return .answer(.ended(result)) }
        }
        jobs[key] = Job(verb: verb, waiting: [once])
        return .begin
      }
      switch step {
      case .answer(let answer): once.give(answer)
      case .wait: once.give(.goesOn, after: patience)
      case .begin:
        once.give(.goesOn, after: patience)
        threads.run { [self] in end(key, body()) }
      }
    }
  }

  /// The key under which a job is kept: a separate one if it overtakes a job that hangs.
  private func place(of verb: String, on key: String, _ overtaking: TimeSpan?) -> String {
    guard let overtaking else { return key }
    return jobs.withLock { jobs in
      let beside = "\(key) \(verb)"
      if jobs[beside] != nil { return beside }
      guard let job = jobs[key], job.result == nil, job.verb != verb else { return key }
      let limit = Duration.milliseconds(overtaking.milliseconds)
      return job.begun.duration(to: .now) >= limit ? beside : key
    }
  }

  private func end(_ key: String, _ result: Result<Void, VirtError>) {
    jobs.withLock { jobs in
      let waiting = jobs[key]?.waiting ?? []
      var isTaken = false
      for once in waiting where once.give(isTaken ? .goesOn : .ended(result)) { isTaken = true }
      jobs[key]?.waiting = []
      jobs[key]?.result = result
      if isTaken { jobs[key] = nil }
    }
  }
}
