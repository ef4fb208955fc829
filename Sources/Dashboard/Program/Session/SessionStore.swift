import Basics
import DashboardScreen
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import Posix
import SafeTexts

/// Reads a store for the screen, and leaves its requests there. Everything that blocks happens on
/// two threads of its own: one follows the store, one does what the screen wants done.
final class SessionStore: Sendable {
  /// How long it sleeps when no change wakes it.
  private static let pause = TimeSpan.seconds(1)
  /// At most so often is the store read, so that a storm of commits does not become one of frames.
  private static let interval = TimeSpan.milliseconds(20)
  /// Events that are read at once.
  private static let journalLimit = 1000

  private struct State {
    var reader: StoreReader?
    var client: RequestClient?
    /// The last commit that the screen was told of; nil: it must be told of everything.
    var sequence: Int64?
    /// Requests that have not been answered.
    var open: Set<RequestKey> = []
    var trouble: SafeText?
    var presence: LeaseStatus?
    var isEngineHere = false
    var isStopped = false
  }

  private let path: String
  private let mail: MessageQueue
  private let bell: StoreChangeSignal
  private let state = Mutex(State())
  private let following = BlockingExecutor(named: "follow", limit: 1)
  private let working = BlockingExecutor(named: "work", limit: 1)
  private let ended = Semaphore()

  init(path: String, mail: MessageQueue) {
    self.path = path
    self.mail = mail
    self.bell = StoreChangeSignal(path: path)
  }

  /// Begins to follow the store, which need not exist yet.
  func start() {
    following.run { [self] in
      while !state.withLock({ $0.isStopped }) {
        look()
        bell.wait(atMost: Self.pause)
        StoreChangeSignal.sleep(Self.interval)
      }
      ended.signal()
    }
  }

  /// Stops following; a read that hangs holds nothing up.
  func stop() {
    state.withLock { $0.isStopped = true }
    bell.ring()
    _ = ended.wait(atMost: .seconds(1))
    bell.stop()
  }

  /// Looks at the store now.
  func nudge() { bell.ring() }

  /// Tells the screen whether the engine is in this process.
  func engineIsHere(_ isHere: Bool) {
    state.withLock { state in
      state.isEngineHere = isHere
      state.presence = nil
    }
    bell.ring()
  }

  // MARK: - What the screen wants done

  /// Leaves requests for the engine, all at once.
  func send(_ requests: [Request]) {
    work { [self] client throws(StoreFailure) in
      try client.submit(requests)
      state.withLock { $0.open.formUnion(requests.map(\.key)) }
      bell.ring()
    }
  }

  /// Takes back requests that nobody has answered.
  func withdraw(_ keys: [RequestKey]) {
    work { [self] client throws(StoreFailure) in
      for key in keys {
        let isGone = try client.withdraw(key)
        if isGone { state.withLock { _ = $0.open.remove(key) } }
        mail.post(.withdrawn(key, isGone))
      }
    }
  }

  /// Reads events, after a number or the last ones.
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
        mail.post(.journal(deployment, events))
      } catch {
        mail.post(.failure(error.sentence))
      }
    }
  }

  /// Tells the screen everything again.
  func reload() {
    state.withLock { $0.sequence = nil }
    bell.ring()
  }

  private func work(_ body: @escaping @Sendable (RequestClient) throws(StoreFailure) -> Void) {
    working.run { [self] in
      do throws(StoreFailure) {
        try body(try client())
      } catch {
        mail.post(.failure(error.sentence))
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

  private func look() {
    guard !mail.isFull else { return }
    do throws(StoreFailure) {
      let reader = try reader()
      try tellChanges(reader)
      try tellAnswers()
      tellTrouble(nil)
    } catch {
      tellTrouble(error.sentence)
      // A store that was replaced is opened anew.
      state.withLock { state in
        state.reader = nil
        state.client = nil
        state.sequence = nil
      }
    }
    tellPresence()
  }

  private func reader() throws(StoreFailure) -> StoreReader {
    if let reader = state.withLock({ $0.reader }) { return reader }
    let reader = try StoreReader(path: path)
    state.withLock { $0.reader = reader }
    return reader
  }

  private func tellChanges(_ reader: StoreReader) throws(StoreFailure) {
    if let sequence = state.withLock({ $0.sequence }) {
      let news = try reader.changes(since: sequence)
      guard news.isWhole else {
        if news.sequence != sequence {
          state.withLock { $0.sequence = news.sequence }
          mail.post(.changes(news))
        }
        return
      }
    }
    let snapshot = try reader.snapshot()
    state.withLock { $0.sequence = snapshot.sequence }
    mail.post(.snapshot(snapshot))
  }

  private func tellAnswers() throws(StoreFailure) {
    let open = state.withLock { $0.open }
    guard !open.isEmpty else { return }
    let client = try client()
    for key in open.sorted(by: { $0.text < $1.text }) {
      guard let reply = try client.answer(to: key) else { continue }
      state.withLock { _ = $0.open.remove(key) }
      mail.post(.answer(key, reply))
    }
  }

  private func tellTrouble(_ trouble: SafeText?) {
    let isNew = state.withLock { state in
      defer { state.trouble = trouble }
      return state.trouble != trouble
    }
    if isNew { mail.post(.storeTrouble(trouble)) }
  }

  private func tellPresence() {
    let presence = LeaseStatus.query(store: path)
    let isHere: Bool? = state.withLock { state in
      guard state.presence?.isSame(as: presence) != true else { return nil }
      state.presence = presence
      return state.isEngineHere
    }
    if let isHere { mail.post(.presence(presence, isHere: isHere)) }
  }
}

extension LeaseStatus {
  /// Whether it says the same to a person; the age of a silence grows all the time.
  fileprivate func isSame(as other: LeaseStatus) -> Bool {
    switch (self, other) {
    case (.silent(let one, _, _), .silent(let two, _, _)): one == two
    default: self == other
    }
  }
}
