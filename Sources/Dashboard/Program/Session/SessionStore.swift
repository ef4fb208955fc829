import Basics
import DashboardScreen
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import Posix
import SafeTexts

/// Reads the store for the screen and sends its requests. Two threads do everything that blocks:
/// one follows the store, one carries out the screen's commands.
final class SessionStore: Sendable {
  /// The time between two reads if no change wakes the reader.
  private static let pause = TimeSpan.seconds(1)
  /// Minimum interval between reads: a burst of commits must not become a burst of redraws.
  private static let interval = TimeSpan.milliseconds(20)
  /// The number of events read at once.
  private static let journalLimit = 1000

  private struct State {
    var reader: StoreReader?
    var client: RequestClient?
    /// The last commit reported to the screen; nil: the whole state must be sent.
    var sequence: Int64?
    /// Requests without an answer.
    var open: Set<RequestKey> = []
    var trouble: SafeText?
    var presence: LeaseStatus?
    var isEngineHere = false
    var isStopped = false
  }

  private let path: String
  private let queue: MessageQueue
  private let changeSignal: StoreChangeSignal
  private let state = Mutex(State())
  private let following = BlockingExecutor(named: "follow", limit: 1)
  private let working = BlockingExecutor(named: "work", limit: 1)
  private let ended = Semaphore()

  init(path: String, queue: MessageQueue) {
    self.path = path
    self.queue = queue
    self.changeSignal = StoreChangeSignal(path: path)
  }

  /// Starts following the store, which need not exist yet.
  func start() {
    following.run { [self] in
      while !state.withLock({ $0.isStopped }) {
        read()
        changeSignal.wait(atMost: Self.pause)
        StoreChangeSignal.sleep(Self.interval)
      }
      ended.signal()
    }
  }

  /// Stops following; waits at most a second for a read that hangs.
  func stop() {
    state.withLock { $0.isStopped = true }
    changeSignal.wake()
    _ = ended.wait(atMost: .seconds(1))
    changeSignal.stop()
  }

  /// Reads the store now.
  func readNow() { changeSignal.wake() }

  /// Reports to the screen whether the engine is in this process.
  func engineIsHere(_ isHere: Bool) {
    state.withLock { state in
      state.isEngineHere = isHere
      state.presence = nil
    }
    changeSignal.wake()
  }

  // MARK: - Commands of the screen

  /// Sends requests to the engine in one transaction.
  func send(_ requests: [Request]) {
    work { [self] client throws(StoreFailure) in
      try client.submit(requests)
      state.withLock { $0.open.formUnion(requests.map(\.key)) }
      changeSignal.wake()
    }
  }

  /// Withdraws requests that have no answer.
  func withdraw(_ keys: [RequestKey]) {
    work { [self] client throws(StoreFailure) in
      for key in keys {
        let isGone = try client.withdraw(key)
        if isGone { state.withLock { _ = $0.open.remove(key) } }
        queue.post(.withdrawn(key, isGone))
      }
    }
  }

  /// Reads events: those after a number, or the last ones.
  func loadJournal(_ deployment: DeploymentID?, after number: Int64?) {
    working.run { [self] in
      guard let reader = state.withLock({ $0.reader }) else { return }
      do throws(StoreFailure) {
        let events =
          if let number {
            try reader.journal(after: number, deployment: deployment, limit: Self.journalLimit)
          } else {
            try reader.journalTail(deployment: deployment, limit: Self.journalLimit)
          }
        queue.post(.journal(deployment, events))
      } catch {
        queue.post(.failure(error.sentence))
      }
    }
  }

  /// Sends the whole state to the screen again.
  func reload() {
    state.withLock { $0.sequence = nil }
    changeSignal.wake()
  }

  private func work(_ body: @escaping @Sendable (RequestClient) throws(StoreFailure) -> Void) {
    working.run { [self] in
      do throws(StoreFailure) {
        try body(try client())
      } catch {
        queue.post(.failure(error.sentence))
      }
    }
  }

  private func client() throws(StoreFailure) -> RequestClient {
    if let client = state.withLock({ $0.client }) { return client }
    let client = try RequestClient(path: path)
    state.withLock { $0.client = client }
    return client
  }

  // MARK: - Following

  private func read() {
    guard !queue.isFull else { return }
    do throws(StoreFailure) {
      let reader = try reader()
      try postChanges(reader)
      try postAnswers()
      postTrouble(nil)
    } catch {
      postTrouble(error.sentence)
      // A store that was replaced must be opened again.
      state.withLock { state in
        state.reader = nil
        state.client = nil
        state.sequence = nil
      }
    }
    postPresence()
  }

  private func reader() throws(StoreFailure) -> StoreReader {
    if let reader = state.withLock({ $0.reader }) { return reader }
    let reader = try StoreReader(path: path)
    state.withLock { $0.reader = reader }
    return reader
  }

  private func postChanges(_ reader: StoreReader) throws(StoreFailure) {
    if let sequence = state.withLock({ $0.sequence }) {
      let news = try reader.changes(since: sequence)
      guard news.isWhole else {
        if news.sequence != sequence {
          state.withLock { $0.sequence = news.sequence }
          queue.post(.changes(news))
        }
        return
      }
    }
    let snapshot = try reader.snapshot()
    state.withLock { $0.sequence = snapshot.sequence }
    queue.post(.snapshot(snapshot))
  }

  private func postAnswers() throws(StoreFailure) {
    let open = state.withLock { $0.open }
    guard !open.isEmpty else { return }
    let client = try client()
    for key in open.sorted(by: { $0.text < $1.text }) {
      guard let reply = try client.answer(to: key) else { continue }
      state.withLock { _ = $0.open.remove(key) }
      queue.post(.answer(key, reply))
    }
  }

  private func postTrouble(_ trouble: SafeText?) {
    let isNew = state.withLock { state in
      defer { state.trouble = trouble }
      return state.trouble != trouble
    }
    if isNew { queue.post(.storeTrouble(trouble)) }
  }

  private func postPresence() {
    let presence = LeaseStatus.query(store: path)
    let isHere: Bool? = state.withLock { state in
      guard state.presence?.isSame(as: presence) != true else { return nil }
      state.presence = presence
      return state.isEngineHere
    }
    if let isHere { queue.post(.presence(presence, isHere: isHere)) }
  }
}

extension LeaseStatus {
  /// Whether both look the same to a user; the age of a silence always grows.
  fileprivate func isSame(as other: LeaseStatus) -> Bool {
    switch (self, other) {
    case (.silent(let one, _, _), .silent(let two, _, _)): one == two
    default: self == other
    }
  }
}
