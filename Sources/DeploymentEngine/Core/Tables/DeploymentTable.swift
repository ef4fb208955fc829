import DeploymentInterface
import DequeModule
import SafeTexts

/// The state of a deployment in this run only; not stored.
struct DeploymentRuntime: Sendable {
  var call: CallInFlight?
  /// The queue of its provider in which it waits.
  var queue: WorkQueue?
  /// Whether its provider rejected our credentials in the last call.
  var isDenied = false
  /// A change that its driver reported since the last operation started, and that must be verified.
  var reportedChange: SafeText?
  /// The earliest time of the next verification.
  var nextLookAt: Moment?
  /// The logged-in users in the driver's latest report, if it was not applied yet.
  var reportedUsers: [SafeText]?
  /// The earliest time at which the next report of users is applied.
  var nextUsersAt: Moment?
  /// When its last call ended.
  var lastCallAt: Moment?
  /// It was checked because its provider does not list it, and was found.
  var isKnownUnlisted = false
  /// How often it was found to be gone although its provider lists it, in a row.
  var looksWhileListed = 0
  /// The last call found that it is gone.
  var isKnownGone = false
  /// Removals from an error that failed, in a row.
  var failedRemovals = 0
}

/// All deployments: the only writer of their records, with the index of their unique ids.
///
/// Deployments occupy slots, which are reused.
struct DeploymentTable: Sendable {
  private var records: [Deployment] = []
  private var runtimes: [DeploymentRuntime] = []
  private var entries: [Entry] = []
  private var free: [Int] = []
  private var slots: [DeploymentID: Int] = [:]
  private var byUniqueId = TextIndex()
  private var byAddress = TextIndex()
  private var dirty: [Int] = []
  /// What became history, oldest first; those that were erased since are among them.
  private var history = Deque<DeploymentID>()
  private var historyCount = 0
  private var hasReportedHistory = false
  var historyLimit = Limits.history
  /// The number of deployments with an operation or in a queue.
  private(set) var busy = 0

  /// What the table keeps beside a record.
  private struct Entry {
    var pool: Int
    var census: CensusKey?
    var addressKey: SafeText = ""
    var dueAt: Moment?
    var isDirty = false
  }

  subscript(slot: Int) -> Deployment {
    _read { yield records[slot] }
  }
  func runtime(_ slot: Int) -> DeploymentRuntime { runtimes[slot] }
  /// Whether a call is in flight on it.
  func isCalled(_ slot: Int) -> Bool { runtimes[slot].call != nil }
  /// The index of its pool in the table of pools.
  func pool(of slot: Int) -> Int { entries[slot].pool }
  /// How it is counted.
  func census(_ slot: Int) -> CensusKey? { entries[slot].census }
  /// Whether it was made from a publication that is no longer active.
  func isOutdated(_ slot: Int) -> Bool { entries[slot].census?.isOutdated ?? false }
  func slot(_ id: DeploymentID) -> Int? { slots[id] }
  /// Every slot in use, ascending.
  var inUse: [Int] { slots.values.sorted() }
  /// Every deployment, by number.
  var all: [Deployment] {
    slots.values.sorted { records[$0].id < records[$1].id }.map { records[$0] }
  }
  /// The slots of a pool's deployments, by number.
  func slots(ofPool pool: Int) -> [Int] {
    slots.values.filter { entries[$0].pool == pool }.sorted { records[$0].id < records[$1].id }
  }
  func hasAny(ofPool pool: Int) -> Bool { slots.values.contains { entries[$0].pool == pool } }
  /// Whether an index of its pool contains a deployment.
  func isIn(_ index: CensusKey.Index, _ id: DeploymentID) -> Bool {
    guard let slot = slots[id] else { return false }
    return entries[slot].census?.index == index
  }
  /// Every deployment with this unique id.
  func slots(withUniqueId uniqueId: SafeText) -> [Int] {
    byUniqueId.holders(of: uniqueId).compactMap { slots[$0] }
  }

  /// Another usable deployment with the same unique id.
  func duplicate(of slot: Int) -> SafeText? {
    let others = byUniqueId.sharers(of: records[slot].uniqueId)
      .filter { $0 != records[slot].id }.compactMap { slots[$0] }
    return others.first { records[$0].state == .usable }.map { records[$0].name }
  }

  // MARK: Inserting and erasing

  /// Adds a deployment that was just created or loaded.
  mutating func insert(_ deployment: Deployment, pool: Int) -> Int {
    let slot: Int
    if let last = free.popLast() {
      slot = last
      records[slot] = deployment
      runtimes[slot] = DeploymentRuntime()
      entries[slot] = Entry(pool: pool)
    } else {
      slot = records.count
      records.append(deployment)
      runtimes.append(DeploymentRuntime())
      entries.append(Entry(pool: pool))
    }
    slots[deployment.id] = slot
    return slot
  }

  /// Erases a deployment whose history is no longer kept.
  mutating func erase(_ slot: Int) {
    if entries[slot].census?.count == .history {
      noteHistory(records[slot].id, was: true, is: false)
    }
    slots[records[slot].id] = nil
    runtimes[slot] = DeploymentRuntime()
    entries[slot] = Entry(pool: 0)
    records[slot].data = []
    free.append(slot)
  }

  // MARK: Changes

  /// The only way to change a record: updates the revision and the time of the state.
  mutating func change(
    _ slot: Int, at now: EngineTime, _ body: (inout Deployment, EngineTime) -> Void
  ) {
    let before = Visible(records[slot])
    body(&records[slot], now)
    let after = Visible(records[slot])
    if before != after {
      records[slot].revision += 1
      if before.state != after.state { records[slot].stateSince = now.utc }
    }
  }

  /// Changes the state that is not stored.
  mutating func updateRuntime(_ slot: Int, _ body: (inout DeploymentRuntime) -> Void) {
    body(&runtimes[slot])
  }

  /// Removes and returns the call in flight.
  mutating func endCall(_ slot: Int) -> CallInFlight? {
    let call = runtimes[slot].call
    runtimes[slot].call = nil
    return call
  }

  /// Notes that a call on it ended now.
  mutating func noteCall(_ slot: Int, at now: EngineTime) { runtimes[slot].lastCallAt = now.moment }

  /// Notes that the call in flight should be back by now.
  ///
  /// - Returns: whether to report that now; true at most once.
  mutating func noteOverdueCall(_ slot: Int, at now: EngineTime) -> Bool {
    runtimes[slot].call?.noteOverdue(at: now) ?? false
  }

  /// Notes that the call in flight hangs.
  ///
  /// - Returns: whether to report that now; true at most once.
  mutating func noteHungCall(_ slot: Int, at now: EngineTime) -> Bool {
    runtimes[slot].call?.noteHung(at: now) ?? false
  }

  /// Other usable deployments with the same address.
  func sharers(ofAddress slot: Int) -> [Int] {
    let others = byAddress.sharers(of: entries[slot].addressKey)
      .filter { $0 != records[slot].id }.compactMap { slots[$0] }
    return others.filter { records[$0].state == .usable }
  }

  /// Notes that it waits in a queue; false if it already waits in this one.
  mutating func enqueue(_ slot: Int, _ queue: WorkQueue) -> Bool {
    guard runtimes[slot].queue != queue else { return false }
    runtimes[slot].queue = queue
    return true
  }

  /// Takes it from a queue; nil if it does not wait there any more.
  mutating func dequeue(_ id: DeploymentID, _ queue: WorkQueue) -> Int? {
    guard let slot = slots[id], runtimes[slot].queue == queue else { return nil }
    runtimes[slot].queue = nil
    return slot
  }

  /// Sets when it is due next.
  ///
  /// - Returns: whether the time changed.
  mutating func setDue(_ slot: Int, _ moment: Moment?) -> Bool {
    guard entries[slot].dueAt != moment else { return false }
    entries[slot].dueAt = moment
    return true
  }

  /// Takes a deployment that is due; nil if it is due at another time, or gone.
  mutating func takeDue(_ id: DeploymentID, at moment: Moment) -> Int? {
    guard let slot = slots[id], entries[slot].dueAt == moment else { return nil }
    entries[slot].dueAt = nil
    return slot
  }

  /// Updates how it is counted.
  ///
  /// - Returns: the change; nil if there is none.
  mutating func recount(_ slot: Int, isOutdated: Bool) -> CensusChange? {
    let before = entries[slot].census
    let after = CensusKey(records[slot], isOutdated: isOutdated)
    guard before != after else { return nil }
    entries[slot].census = after
    noteHistory(records[slot].id, was: before?.count == .history, is: after.count == .history)
    let wasBusy = before?.isBusy ?? false
    if wasBusy != after.isBusy { busy += after.isBusy ? 1 : -1 }
    let id = records[slot].id
    byUniqueId.move(id, from: before?.uniqueId ?? "", to: after.uniqueId)
    if before?.address != after.address {
      let key = Self.addressKey(after.address)
      byAddress.move(id, from: entries[slot].addressKey, to: key)
      entries[slot].addressKey = key
    }
    return CensusChange(before: before, after: after)
  }

  /// What all ways to write one address have in common; empty if it is nobody's own: this machine's
  /// without a port, which all of its processes have.
  private static func addressKey(_ address: SafeText?) -> SafeText {
    guard let address else { return "" }
    let text = AddressText.canonical(address.text)
    // Most are written in the common way already, and need no text of their own.
    return text == "localhost" ? "" : text == address.text ? address : SafeText(text)
  }

  private mutating func noteHistory(_ id: DeploymentID, was: Bool, is isNow: Bool) {
    guard was != isNow else { return }
    historyCount += isNow ? 1 : -1
    if historyCount <= historyLimit / 2 { hasReportedHistory = false }
    guard isNow else { return }
    while let first = history.first, slots[first] == nil { history.removeFirst() }
    history.append(id)
  }

  var hasTooMuchHistory: Bool { historyCount > historyLimit }

  /// Whether the limit of the history is reached for the first time since it was half full.
  mutating func reportsHistory() -> Bool {
    defer { hasReportedHistory = true }
    return !hasReportedHistory
  }

  /// The oldest of the history that is not kept.
  mutating func takeExcessHistory() -> Int? {
    while hasTooMuchHistory, let id = history.popFirst() {
      if let slot = slots[id], records[slot].phase.isHistory { return slot }
    }
    return nil
  }

  // MARK: Changed records

  mutating func touch(_ slot: Int) {
    guard !entries[slot].isDirty else { return }
    entries[slot].isDirty = true
    dirty.append(slot)
  }

  /// The records that changed since the last call.
  ///
  /// - Returns: the records, with room for those of the other tables that mostly follow.
  mutating func takeChanges() -> [StoreChange] {
    // A tick that changes nothing allocates nothing.
    guard !dirty.isEmpty else { return [] }
    var changes: [StoreChange] = []
    changes.reserveCapacity(dirty.count + 3)
    for slot in dirty where entries[slot].isDirty {
      entries[slot].isDirty = false
      changes.append(.deployment(records[slot]))
    }
    dirty.removeAll(keepingCapacity: true)
    return changes
  }
}

/// The fields whose changes increment the revision.
private struct Visible: Equatable {
  let state: DeploymentState
  let osState: OSState
  let placement: Placement
  let operation: OperationKind?
  let cancelRequested: Bool
  let pending: RequestKey?
  let loggedIn: [SafeText]

  init(_ deployment: Deployment) {
    state = deployment.state
    osState = deployment.osState
    placement = deployment.placement.with(.wanted)
    operation = deployment.operation
    cancelRequested = deployment.cancelRequested
    pending = deployment.pending?.key
    loggedIn = deployment.loggedIn
  }
}
