import Basics
import CLibvirt
import DeploymentInterface
import Dispatch
import Posix

/// The connection to one URI, opened when it is first needed and reopened after it was lost. Calls
/// run on their own threads, and each has a deadline.
final class VirtConnection: Sendable {
  /// The URI as configured.
  let uri: String
  let jobs: JobQueue
  let expectations = ExpectedStates()
  private let threads = BlockingExecutor(named: "libvirt", limit: 32)
  private let firstPause: TimeSpan
  /// Held while the connection is opened, so that it is opened only once.
  private let opening = Mutex(())
  private let state = Mutex(State())
  let listeners = NoticeListeners()
  let users = UserPoll()

  private struct State {
    var session: VirtSession?
    var failures = 0
    var lastError: VirtError?
    var retryAt: ContinuousClock.Instant?
  }

  /// - Parameter firstPause: the pause after the first failure to open it; doubled each time.
  init(uri: String, firstPause: TimeSpan = .seconds(1)) {
    self.uri = uri
    self.firstPause = firstPause
    jobs = JobQueue(threads: threads)
  }

  /// The time limit for a short call.
  static let patience = TimeSpan.seconds(10)
  private static let longestPause = TimeSpan.seconds(30)

  /// The number of failed attempts to open it since it was last open.
  var attempts: Int { state.withLock { $0.failures } }

  // MARK: Calls

  /// Makes a short call. After its deadline the outcome is unknown, and its thread stays with it
  /// until it returns.
  func call<Value: Sendable>(
    within span: TimeSpan = VirtConnection.patience,
    _ body: @escaping @Sendable (VirtSession) throws(VirtError) -> Value
  ) async -> Result<Value, VirtError> {
    await withCheckedContinuation { continuation in
      let once = Once(continuation)
      threads.run { [self] in
        // The caller has given up while this waited for a thread.
        if once.isGiven { return }
        once.give(perform(body))
      }
      let silence = VirtError(
        code: VirtError.silence, "libvirt at \(uri) did not answer within \(span.spoken)")
      once.give(.failure(silence), after: span)
    }
  }

  /// Makes a call on this thread, without a deadline.
  func perform<Value>(
    _ body: (VirtSession) throws(VirtError) -> Value
  ) -> Result<Value, VirtError> {
    do throws(VirtError) {
      let session = try session()
      do throws(VirtError) {
        return .success(try body(session))
      } catch {
        if !session.isAlive { lose(session, error) }
        throw error
      }
    } catch {
      return .failure(error)
    }
  }

  // MARK: Opening

  private func session() throws(VirtError) -> VirtSession {
    if let session = state.withLock({ $0.session }) { return session }
    return try opening.withLock { _ throws(VirtError) in try open() }
  }

  private func open() throws(VirtError) -> VirtSession {
    let now = ContinuousClock.now
    let (session, retryAt, lastError) = state.withLock { ($0.session, $0.retryAt, $0.lastError) }
    if let session { return session }
    if let retryAt, let lastError, now < retryAt { throw outOfReach(lastError) }
    do throws(VirtError) {
      let opened = try VirtSession(opening: Self.quiet(uri))
      listen(opened)
      state.withLock { $0 = State(session: opened) }
      takeCensus(opened)
      return opened
    } catch {
      state.withLock { state in
        state.failures += 1
        state.lastError = error
        let doubled = firstPause.milliseconds << Int64(min(state.failures - 1, 10))
        let longest = max(Self.longestPause, firstPause)
        state.retryAt = .now + .milliseconds(min(longest.milliseconds, doubled))
      }
      throw outOfReach(error)
    }
  }

  private func outOfReach(_ error: VirtError) -> VirtError {
    .init(
      code: VirtError.number(VIR_ERR_NO_CONNECT), domain: error.domain,
      "cannot reach libvirt at \(uri): \(error.message)")
  }

  private func lose(_ session: VirtSession, _ error: VirtError) {
    state.withLock { state in
      guard state.session === session else { return }
      state.session = nil
      state.lastError = error
    }
  }

  /// Keeps ssh from asking for a password on the terminal, where it would disturb the screen or
  /// find no terminal at all.
  static func quiet(_ uri: String) -> String {
    guard uri.contains("+ssh://"), !uri.contains("no_tty=") else { return uri }
    return uri + (uri.contains("?") ? "&" : "?") + "no_tty=1"
  }

  // MARK: Notices

  /// Reports machines that somebody else changed, from now on. Opens the connection.
  func watch(_ sink: NoticeSink) {
    if listeners.add(sink) { keepOpen() }
  }

  /// Reopens the connection whenever it is lost, while there are receivers.
  private func keepOpen() {
    guard listeners.areThere else { return }
    threads.run { [weak self] in
      guard let self, case .success = perform({ _ in }) else { return }
      for notice in users.poll(self) { listeners.tell(notice) }
    }
    DispatchQueue.global().asyncAfter(deadline: .now() + 5) { [weak self] in self?.keepOpen() }
  }

  /// Compares all domains when a connection is opened, because the expected states may be outdated.
  private func takeCensus(_ session: VirtSession) {
    guard let domains = try? session.domains() else { return }
    var found: [String: ExpectedStates.Found] = [:]
    for domain in domains {
      guard let element = try? domain.markElement(), let mark = Mark(element: element),
        let power = try? domain.power()
      else { continue }
      found[domain.uuid] = .init(
        mark: mark, state: power.isOff ? .off : .running,
        asksUsers: Mark.asksUsers(element: element))
    }
    for notice in expectations.compare(found) { listeners.tell(notice) }
  }
}
