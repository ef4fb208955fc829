import DeploymentEngine
import DeploymentInterface
import EngineStore
import Glibc
import Posix
import SafeTexts

/// The engine on its thread: it takes what is there, tells the core all of it, stores what the
/// core wants stored in one commit, and only then makes the calls. Nothing else can reach what is
/// in here.
struct EngineLoop {
  let options: EngineOptions
  let store: Store
  let lease: Lease
  let session: EngineSession
  let runner: CallRunner
  let inventories = InventoryRunner()
  let log: JournalLog
  let watcher: StoreWatcher
  var engine: Engine
  var registry: ServiceRegistry
  /// What the engine runs on, with the pools that left it and are still there.
  var configuration: Configuration
  var poolNames: [PoolID: SafeText] = [:]

  /// Requests that are taken up, to be told to the core.
  var requests: [Request] = []
  var requestsMayWait = true
  /// Requests that the core was told since the last commit.
  var toldRequests: [Request] = []
  /// The last step broke an invariant, and nothing was stored since.
  var isRecovering = false
  var dataVersion: Int64?
  var idleWaiters: [IdleWaiter] = []
  var nextLook: Moment
  var isDraining = false
  private let loaded: Int

  /// Between two looks at whether store and lease are still what they were.
  private static let lookPause = TimeSpan.seconds(2)

  init(
    _ options: EngineOptions, _ store: Store, _ session: EngineSession, _ runner: CallRunner,
    _ log: JournalLog
  ) throws(StoreFailure) {
    let now = options.clock.now
    let state = try store.load(at: now)
    self.options = options
    self.store = store
    self.lease = store.lease
    self.session = session
    self.runner = runner
    self.log = log
    let mailbox = session.mailbox
    watcher = StoreWatcher(path: options.storePath) { mailbox.wake() }
    engine = Engine(
      seed: options.seed ?? UInt64.random(in: .min ... .max), loading: state, at: now)
    configuration = state.configuration
    registry = ServiceRegistry(before: state.configuration)
    nextLook = now.moment + Self.lookPause
    loaded = state.deployments.count
    for pool in state.pools { poolNames[pool.id] = pool.name }
  }

  /// Runs until it is told to stop, or cannot go on; then why.
  mutating func runUntilStopped() -> SafeText? {
    do throws(StoreFailure) {
      try begin()
      while true {
        let mail = session.mailbox.take(waitingUpTo: pause)
        if let stop = mail.stop {
          try drain(mail, stop)
          return nil
        }
        try turn(mail)
      }
    } catch {
      return error.sentence
    }
  }

  private mutating func begin() throws(StoreFailure) {
    let given = options.configuration ?? configuration
    let holder = HolderProcess.current
    let who: SafeText = "pid \(holder.process.pid) on \(holder.host)"
    configure(given, at: options.clock.now)
    try store(
      noting: "an engine took over: \(who), with \(loaded) deployments")
  }

  mutating func turn(_ mail: Mailbox.Mail) throws(StoreFailure) {
    idleWaiters += mail.idleWaiters
    let now = options.clock.now
    for outcome in mail.outcomes { engine.handle(.callEnded(outcome), at: now) }
    let taken = requests
    requests = []
    for request in taken { engine.handle(.request(request), at: now) }
    toldRequests += taken
    if let configuration = mail.configuration { configure(configuration, at: now) }
    for (id, answer) in mail.inventories { engine.handle(.inventoried(id, answer), at: now) }
    for event in mail.notices.events { engine.handle(event, at: now) }
    if let wake = engine.nextWake, wake <= now.moment { engine.handle(.tick, at: now) }
    if let sentence = session.breach() { engine.breakInvariant(sentence) }
    noticeRequests()
    try store()
    runner.cancelOverdue(at: now.moment)
    try lookAround(now.moment)
    tellIdle()
    lease.noteProgress()
  }

  mutating func configure(_ given: Configuration, at now: EngineTime) {
    let new = registry.configure(given, drivers: options.drivers)
    let mailbox = session.mailbox
    registry.watch(ownedBy: store.id) { notice, provider in
      mailbox.post { $0.notices.add(notice, by: provider) }
    }
    configuration = new
    engine.handle(
      .configured(new, services: registry.offers, inventories: Set(registry.inventories.keys)),
      at: now)
  }

  /// How long to wait for mail, in milliseconds.
  private var pause: Int64 {
    if !requests.isEmpty || requestsMayWait { return 0 }
    let now = options.clock.now.moment
    let wakes = [engine.nextWake, runner.nextDeadline, nextLook].compactMap { $0 }
    // Never none at all: a wake that brings nothing about would else keep a core busy.
    return wakes.map { ($0 - now).milliseconds }.min().map { max(1, min($0, 2000)) } ?? 2000
  }

  /// Another process has written: that can only have been a request.
  private mutating func noticeRequests() {
    guard !isDraining, let version = store.dataVersion(), version != dataVersion else { return }
    dataVersion = version
    requestsMayWait = (try? store.requestsWait()) ?? true
  }

  private mutating func lookAround(_ now: Moment) throws(StoreFailure) {
    guard now >= nextLook else { return }
    nextLook = now + Self.lookPause
    BlockingExecutor.drivers.startThreadIfNeeded()
    RegisteredProvider.retiring.startThreadIfNeeded()
    if let trouble = lease.trouble { throw StoreFailure(.lost, trouble) }
    if store.hasMoved {
      throw StoreFailure(
        .lost, "\(lease.paths.store) was removed or replaced while the engine ran")
    }
  }

  private mutating func tellIdle() {
    guard !idleWaiters.isEmpty, requests.isEmpty, !requestsMayWait, engine.isIdle else { return }
    for waiter in idleWaiters { waiter.resume(true) }
    idleWaiters = []
  }
}
