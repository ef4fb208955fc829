import Basics
import DeploymentInterface
import Glibc
import Posix

/// Thread-safe queue between callers and the thread that runs the serving program.
final class RequestBroker: Sendable {
  private struct WeakSink: Sendable {
    weak let sink: NoticeSink?
    init(_ sink: NoticeSink) { self.sink = sink }
  }
  private struct State {
    var calls: [String: ServedCall] = [:]
    /// The ids of the calls that were not sent yet, in order.
    var unsent: [String] = []
    var inFlight = 0
    var sinks: [WeakSink] = []
    /// Whether a thread runs the program.
    var isServed = false
    var isClosed = false
    var failures = 0
    /// Why the program does not run, and when it is restarted.
    var pause: (reason: String, end: Int64)?
  }
  private let state = Mutex(State())
  /// Woken when the serving thread has ended.
  private let ended: WakePipe?
  private let firstPause: TimeSpan
  /// Short, because users wait for a program that is being replaced.
  private static let longestPause = TimeSpan.seconds(5)
  /// Woken when there is something new for the serving thread.
  let wakePipe: WakePipe?

  init(firstPause: TimeSpan) {
    self.firstPause = firstPause
    wakePipe = try? WakePipe()
    ended = try? WakePipe()
  }

  // MARK: Callers

  /// Adds a call; returns true if no thread serves and the caller must start one.
  func add(_ call: ServedCall) -> Bool {
    let refused = state.withLock { state -> (kind: FailureClass, reason: String)? in
      if state.isClosed { return (.unknown, "the driver's program has been stopped") }
      if let pause = state.pause, pause.end > SystemClock.monotonicMilliseconds {
        let left = TimeSpan.milliseconds(pause.end - SystemClock.monotonicMilliseconds)
        return (
          .transient,
          "the driver is out of reach: \(pause.reason); it will be restarted in \(left.spoken)"
        )
      }
      state.calls[call.id] = call
      state.unsent.append(call.id)
      return nil
    }
    if let refused {
      call.fail(refused.kind, refused.reason)
      return false
    }
    wakePipe?.wake()
    return begin()
  }

  /// Adds a sink for notices; returns true if the caller must start a thread.
  func add(_ sink: NoticeSink) -> Bool {
    state.withLock { state in
      state.sinks.removeAll { $0.sink == nil }
      state.sinks.append(WeakSink(sink))
    }
    return begin()
  }

  private func begin() -> Bool {
    state.withLock { state in
      guard !state.isServed, !state.isClosed else { return false }
      state.isServed = true
      return true
    }
  }

  /// Cancels a call.
  func giveUp(_ id: String) {
    take(id)?.fail(.unknown, "it was cancelled before it was answered")
  }

  /// Closes the queue; the serving thread then ends the program.
  func close() {
    state.withLock { $0.isClosed = true }
    wakePipe?.wake()
  }

  func waitForEnd(atMost span: TimeSpan) {
    guard state.withLock({ $0.isServed }) else { return }
    guard let ended else { return }
    var polls = [pollfd(fd: ended.reading, events: Int16(POLLIN), revents: 0)]
    _ = poll(&polls, 1, Int32(clamping: span.milliseconds))
  }

  // MARK: The serving thread

  /// Whether the program must run now; if not, the thread ends.
  func isNeeded() -> Bool {
    let (isNeeded, isClosed) = state.withLock { state in
      let isWatched = state.sinks.contains { $0.sink != nil }
      state.isServed = !state.isClosed && (isWatched || !state.unsent.isEmpty)
      return (state.isServed, state.isClosed)
    }
    if isClosed { ended?.wake() }
    return isNeeded
  }

  var isClosed: Bool { state.withLock { $0.isClosed } }

  /// The time until it may be restarted, in milliseconds.
  var pauseLeft: Int64 {
    state.withLock { $0.pause.map { max(0, $0.end - SystemClock.monotonicMilliseconds) } ?? 0 }
  }

  /// Takes the calls that can be sent now.
  func takeUnsent() -> [ServedCall] {
    state.withLock { state in
      var calls: [ServedCall] = []
      let count = min(state.unsent.count, Limits.servedCalls - state.inFlight)
      for id in state.unsent.prefix(max(0, count)) {
        guard var call = state.calls[id] else { continue }
        call.sent = SystemClock.monotonicMilliseconds
        state.calls[id] = call
        state.inFlight += 1
        calls.append(call)
      }
      state.unsent.removeFirst(max(0, count))
      return calls
    }
  }

  /// Takes the call with this id; nil if nobody waits for it.
  func take(_ id: String) -> ServedCall? {
    state.withLock { state in
      guard let call = state.calls.removeValue(forKey: id) else { return nil }
      if call.sent == nil { state.unsent.removeAll { $0 == id } } else { state.inFlight -= 1 }
      return call
    }
  }

  /// Takes the calls whose deadline has passed.
  func takeOverdue() -> [ServedCall] {
    let now = SystemClock.monotonicMilliseconds
    let ids = state.withLock { state in
      state.calls.values.filter { $0.due <= now }.map(\.id).sorted()
    }
    return ids.compactMap { take($0) }
  }

  /// The earliest deadline, in milliseconds of the monotonic clock.
  var nextDue: Int64? { state.withLock { $0.calls.values.map(\.due).min() } }

  /// Notes that the program works: the next pause is short again.
  func noteAnswer() {
    state.withLock { state in
      state.failures = 0
      state.pause = nil
    }
  }

  /// Notes that the program has ended or could not be started: an outage, so all calls are retried.
  ///
  /// - Parameter isEnded: whether it was ended because it misbehaved; then calls that were sent
  ///   have an unknown outcome.
  func noteEnd(_ reason: String, isEnded: Bool = false) {
    let (calls, isClosed) = state.withLock { state in
      defer {
        state.calls = [:]
        state.unsent = []
        state.inFlight = 0
      }
      let doubled = firstPause.milliseconds << Int64(min(state.failures, 10))
      state.failures += 1
      let pause = min(doubled, max(Self.longestPause.milliseconds, firstPause.milliseconds))
      state.pause = (reason, SystemClock.monotonicMilliseconds + pause)
      return (state.calls.values.sorted { $0.id < $1.id }, state.isClosed)
    }
    for call in calls {
      if isClosed || isEnded && call.sent != nil {
        call.fail(.unknown, "\(call.verb) got no answer: \(reason)")
      } else {
        call.fail(
          .transient, "the driver is out of reach: `\(call.verb)` got no answer: \(reason)")
      }
    }
  }

  /// Notes that no thread could be started; the next call tries again.
  func noteUnserved(_ reason: String) {
    noteEnd(reason)
    let isClosed = state.withLock { state in
      state.isServed = false
      return state.isClosed
    }
    if isClosed { ended?.wake() }
  }

  /// Passes a notice of the program to all sinks.
  func tell(_ said: DriverNotification) {
    for sink in state.withLock({ $0.sinks.compactMap { $0.sink } }) {
      for notice in said.notices { sink.tell(notice) }
    }
  }
}
