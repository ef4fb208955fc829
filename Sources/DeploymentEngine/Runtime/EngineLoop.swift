import DeploymentEngine
import DeploymentInterface
import EngineStore
import Glibc
import Posix
import SafeTexts

/// The engine on its thread. Each turn takes the waiting messages, passes them to the core, commits
/// the core's changes in one transaction, and only then makes the calls. The thread owns everything
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
  /// The configuration in force, with the removed pools that still have deployments.
  var configuration: Configuration
  var poolNames: [PoolID: SafeText] = [:]

  /// Requests that are claimed in the store and not yet passed to the core.
  var requests: [Request] = []
  var requestsMayWait = true
  /// Requests that were passed to the core since the last commit.
  var handledRequests: [Request] = []
  /// The last step broke an invariant, and nothing has been committed since.
  var isRecovering = false
  var dataVersion: Int64?
  var idleWaiters: [IdleWaiter] = []
  var askers: AskerWatch
  private var logWatch: LogWatch
  var nextCheck: Moment
  var isDraining = false
  /// The request for which the configuration file is being read again.
  var reloading: RequestKey?
  private let loaded: Int

  /// Time between two checks of the store's file and the lease.
  private static let checkInterval = TimeSpan.seconds(2)
  /// The journal names a time without an engine from this length on.
  private static let notedAbsence = TimeSpan.minutes(1)

  init(
    _ options: EngineOptions, _ store: Store, _ session: EngineSession, _ runner: CallRunner,
    _ log: JournalLog
  ) throws(StoreFailure) {
    let now = options.clock.now
    let state = try store.load(at: now, absence: store.lease.absence)
    self.options = options
    self.store = store
    self.lease = store.lease
    self.session = session
    self.runner = runner
    self.log = log
    let mailbox = session.mailbox
    let onDrop: @Sendable () -> Void = { mailbox.post { $0.hasDrops = true } }
    watcher = StoreWatcher(
      path: options.storePath, onDrop: options.access == .group ? onDrop : nil
    ) { mailbox.wake() }
    engine = Engine(
      seed: options.seed ?? UInt64.random(in: .min ... .max), loading: state, at: now)
    askers = AskerWatch(state)
    logWatch = LogWatch(store, at: now.moment)
    configuration = state.configuration
    registry = ServiceRegistry(before: state.configuration)
    nextCheck = now.moment + Self.checkInterval
    loaded = state.deployments.count
    for pool in state.pools { poolNames[pool.id] = pool.name }
  }

  /// Runs until it is stopped or cannot continue; returns the reason in the latter case.
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
    let who: SafeText = "pid \(holder.process.pid) on \(holder.place)"
    let absence = store.lease.absence
    let gap = absence < Self.notedAbsence ? "" : ", \(absence.spoken) after the last one"
    configure(given, at: options.clock.now)
    if let obstacle = options.access.obstacle(store: options.storePath) {
      log.write(.warning, obstacle)
    }
    try store(
      noting: SafeText("an engine took over: \(who), with \(loaded) deployments\(gap)"))
  }

  mutating func turn(_ mail: Mailbox.Mail) throws(StoreFailure) {
    idleWaiters += mail.idleWaiters
    let now = options.clock.now
    for outcome in mail.outcomes { engine.handle(.callEnded(outcome), at: now) }
    let taken = requests
    requests = []
    for request in taken { handle(request, at: now) }
    handledRequests += taken
    if let configuration = mail.configuration { configure(configuration, at: now) }
    for (request, result) in mail.reloads { end(request, result, at: now) }
    for (id, answer) in mail.inventories { engine.handle(.inventoried(id, answer), at: now) }
    for event in mail.notices.events { engine.handle(event, at: now) }
    if let wake = engine.nextWake, wake <= now.moment { engine.handle(.tick, at: now) }
    // Like the checks after the commit, but what it changes belongs to this commit.
    if now.moment >= nextCheck {
      for event in askers.takeEnded() { engine.handle(event, at: now) }
    }
    if let sentence = session.breach() { engine.breakInvariant(sentence) }
    noticeRequests()
    if mail.hasDrops || now.moment >= nextCheck, !isDraining, store.hasDroppedRequests {
      requestsMayWait = true
    }
    try store()
    runner.cancelOverdue(at: now.moment)
    try checkStoreAndLease(now.moment)
    resumeIdleWaiters()
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

  /// Time to wait for mail, in milliseconds.
  private var pause: Int64 {
    if !requests.isEmpty || requestsMayWait { return 0 }
    let now = options.clock.now.moment
    let wakes = [engine.nextWake, runner.nextDeadline, nextCheck].compactMap { $0 }
    // At least 1 ms: a due time that changes nothing would otherwise keep a processor busy.
    return wakes.map { ($0 - now).milliseconds }.min().map { max(1, min($0, 2000)) } ?? 2000
  }

  /// Notices a commit of another process, which can only be a request.
  private mutating func noticeRequests() {
    guard !isDraining, let version = store.dataVersion(), version != dataVersion else { return }
    dataVersion = version
    requestsMayWait = (try? store.requestsWait()) ?? true
  }

  private mutating func checkStoreAndLease(_ now: Moment) throws(StoreFailure) {
    guard now >= nextCheck else { return }
    nextCheck = now + Self.checkInterval
    BlockingExecutor.drivers.startThreadIfNeeded()
    RegisteredProvider.retiring.startThreadIfNeeded()
    if let trouble = lease.trouble { throw StoreFailure(.lost, trouble) }
    if logWatch.look(at: now), let trouble = logWatch.trouble { log.write(.warning, trouble) }
    session.note(logWatch.trouble)
    if store.hasMoved {
      throw StoreFailure(
        .lost, "\(lease.paths.store) was removed or replaced while the engine ran")
    }
  }

  private mutating func resumeIdleWaiters() {
    guard !idleWaiters.isEmpty, requests.isEmpty, !requestsMayWait, engine.isIdle else { return }
    for waiter in idleWaiters { waiter.resume(true) }
    idleWaiters = []
  }
}
