extension Engine {
  /// The one way to change a deployment: keeps counts, indexes, limits, revision and due time.
  mutating func change(_ slot: Int, _ body: (inout Deployment, EngineTime) -> Void) {
    let before = Visible(slots[slot])
    body(&slots[slot], now)
    let after = Visible(slots[slot])
    if before != after {
      slots[slot].revision += 1
      if before.state != after.state { slots[slot].stateSince = now.utc }
    }
    recount(slot)
    touch(slot)
    reschedule(slot)
  }

  mutating func change(_ slot: Int, _ body: (inout Deployment) -> Void) {
    change(slot) { deployment, _ in body(&deployment) }
  }

  /// What a revision speaks of.
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

  /// Adds a deployment that was decided on or loaded.
  mutating func insert(_ deployment: Deployment, pool: Int) -> Int {
    let slot: Int
    if let free = freeSlots.popLast() {
      slot = free
      slots[slot] = deployment
      live[slot] = Live()
    } else {
      slot = slots.count
      slots.append(deployment)
      live.append(Live())
    }
    live[slot].pool = pool
    slotOf[deployment.id] = slot
    recount(slot)
    reschedule(slot)
    return slot
  }

  /// Takes history away that is no longer kept.
  mutating func erase(_ slot: Int) {
    let id = slots[slot].id
    let pool = live[slot].pool
    if let call = live[slot].call { calls[call] = nil }
    slotOf[id] = nil
    live[slot] = Live()
    slots[slot].data = []
    freeSlots.append(slot)
    otherChanges.append(.erasedDeployment(id))
    eraseIfGone(pool: pool)
  }

  mutating func touch(_ slot: Int) {
    guard !live[slot].isDirty else { return }
    live[slot].isDirty = true
    dirtySlots.append(slot)
  }

  mutating func touch(pool index: Int) {
    guard !boxes[index].isDirty else { return }
    boxes[index].isDirty = true
    dirtyPools.append(index)
  }

  mutating func touch(host index: Int) {
    guard !hosts[index].isDirty else { return }
    hosts[index].isDirty = true
    dirtyHosts.append(index)
  }

  /// Its counts or settings changed: it is planned anew before the step ends.
  mutating func replan(_ index: Int) {
    touch(pool: index)
    guard !boxes[index].isUnplanned else { return }
    boxes[index].isUnplanned = true
    unplannedPools.append(index)
  }

  /// A place became free or a queue longer: its queues are served before the step ends.
  mutating func pump(_ host: Int) {
    guard !hosts[host].isUnpumped else { return }
    hosts[host].isUnpumped = true
    unpumpedHosts.append(host)
  }

  /// Brings counts, indexes and limits up to what the deployment now is.
  mutating func recount(_ slot: Int) {
    let index = live[slot].pool
    let before = live[slot].tally
    let isOutdated =
      slots[slot].publication != boxes[index].record.activePublication
      && slots[slot].publication != nil
    let after = Tally(slots[slot], isOutdated: isOutdated)
    guard before != after else { return }
    live[slot].tally = after
    if let before { boxes[index].record.counts.add(before, by: -1) }
    boxes[index].record.counts.add(after, by: 1)
    boxes[index].countEnding(before?.ending, by: -1)
    boxes[index].countEnding(after.ending, by: 1)
    keepIndexes(slot, before, after)
    keepLimits(slot, before, after)
    keepHolders(slot, before, after)
    replan(index)
  }

  private mutating func keepIndexes(_ slot: Int, _ before: Tally?, _ after: Tally) {
    let index = live[slot].pool
    let id = slots[slot].id
    guard before?.bucket != after.bucket else { return }
    if let bucket = before?.bucket { boxes[index].buckets[bucket.rawValue].forget() }
    guard let bucket = after.bucket else { return }
    var age = boxes[index].buckets[bucket.rawValue]
    boxes[index].buckets[bucket.rawValue] = AgeIndex()
    age.insert(id) { isIn(bucket, $0) }
    boxes[index].buckets[bucket.rawValue] = age
  }

  private mutating func keepLimits(_ slot: Int, _ before: Tally?, _ after: Tally) {
    let host = boxes[live[slot].pool].host
    if before?.slot != after.slot {
      switch before?.slot {
      case .preparing: hosts[host].record.preparing -= 1
      case .removing: hosts[host].record.removing -= 1
      case .settingReady: hosts[host].settingReady -= 1
      case .some(.none), nil: break
      }
      switch after.slot {
      case .preparing: hosts[host].record.preparing += 1
      case .removing: hosts[host].record.removing += 1
      case .settingReady: hosts[host].settingReady += 1
      case .none: break
      }
      touch(host: host)
      pump(host)
    }
    let existed = before.map { $0.line != .history } ?? false
    let exists = after.line != .history
    guard existed != exists else { return }
    hosts[host].record.deployments += exists ? 1 : -1
    touch(host: host)
    guard !exists else { return }
    reviveExhausted()
    moveIfGone(pool: live[slot].pool)
  }

  private mutating func keepHolders(_ slot: Int, _ before: Tally?, _ after: Tally) {
    let index = live[slot].pool
    let id = slots[slot].id
    if before?.holder != after.holder {
      if let user = before?.holder, boxes[index].holders[user] == id {
        boxes[index].holders[user] = nil
      }
      if let user = after.holder { boxes[index].holders[user] = id }
    }
    if (before?.uniqueId ?? "") != after.uniqueId {
      if let old = before?.uniqueId, !old.isEmpty {
        holdersOfUniqueId[old]?.removeAll { $0 == id }
        if holdersOfUniqueId[old]?.isEmpty == true { holdersOfUniqueId[old] = nil }
      }
      if !after.uniqueId.isEmpty {
        holdersOfUniqueId[after.uniqueId] = (holdersOfUniqueId[after.uniqueId] ?? []) + [id]
      }
    }
    let wasBusy = before.map { $0.isBusy } ?? false
    if wasBusy != after.isBusy { busy += after.isBusy ? 1 : -1 }
  }

  func isIn(_ bucket: Tally.Bucket, _ id: DeploymentID) -> Bool {
    guard let slot = slotOf[id] else { return false }
    return live[slot].tally?.bucket == bucket
  }

  /// The oldest of a pool that can be taken from there.
  mutating func oldest(_ bucket: Tally.Bucket, of pool: Int) -> Int? {
    var age = boxes[pool].buckets[bucket.rawValue]
    boxes[pool].buckets[bucket.rawValue] = AgeIndex()
    let id = age.oldest { isIn(bucket, $0) }
    boxes[pool].buckets[bucket.rawValue] = age
    return id.flatMap { slotOf[$0] }
  }

  /// The newest of a pool that can be taken from there.
  mutating func newest(_ bucket: Tally.Bucket, of pool: Int) -> Int? {
    var age = boxes[pool].buckets[bucket.rawValue]
    boxes[pool].buckets[bucket.rawValue] = AgeIndex()
    let id = age.newest { isIn(bucket, $0) }
    boxes[pool].buckets[bucket.rawValue] = age
    return id.flatMap { slotOf[$0] }
  }

  /// Something is free again: pools that could create nothing are looked at once more.
  mutating func reviveExhausted() {
    for index in exhaustedPools {
      boxes[index].isExhausted = false
      replan(index)
    }
    exhaustedPools.removeAll(keepingCapacity: true)
  }

  mutating func log(
    _ kind: JournalKind, _ message: String, level: LogLevel = .info, slot: Int? = nil,
    pool: Int? = nil, actor: SafeText = "engine"
  ) {
    let poolIndex = slot.map { live[$0].pool } ?? pool
    journal.append(
      JournalEntry(
        at: now.utc, level: level, kind: kind, pool: poolIndex.map { boxes[$0].record.id },
        deployment: slot.map { slots[$0].id }, actor: actor, message: SafeText(message)))
  }
}

extension Tally {
  /// It has an operation, or waits in a queue for one.
  var isBusy: Bool {
    switch line {
    case .l1Preparing, .l2Preparing, .removing: true
    case .assigned, .l1Ready, .l1Waiting, .l2Ready, .l2Waiting: slot != .none || isOperating
    case .error, .history: false
    }
  }
}
