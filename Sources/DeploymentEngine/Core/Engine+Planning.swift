import DequeModule
import HeapModule

extension Engine {
  /// Plans every pool whose counts or settings changed and serves every provider that has room,
  /// until nothing
  /// more follows. Each round either starts something or ends, so it ends.
  mutating func settlePlans() {
    while true {
      if let index = unplannedPools.popFirst() {
        boxes[index].isUnplanned = false
        plan(index)
      } else if let host = unpumpedHosts.popLast() {
        hosts[host].isUnpumped = false
        serve(host)
      } else {
        return
      }
    }
  }

  /// One run of the planner for a pool; what is too much leaves at once, what is short waits for
  /// its turn.
  private mutating func plan(_ index: Int) {
    guard !boxes[index].isErased else { return }
    let pool = boxes[index].record
    var gates = gates(index)
    gates.renewsByLeaving = renewsByLeaving(index)
    let plan = CachePlanner.plan(sizes: pool.sizes, counts: pool.counts, gates: gates)
    boxes[index].record.plan = plan
    boxes[index].stamp += 1
    touch(pool: index)
    if exhaustion(index) != nil { noteExhausted(index) }
    shrink(plan, index)
    boxes[index].record.now = SafeText(nowSentence(index))
    let grows = plan.l1.action == .grow || plan.l2.action == .grow
    let host = boxes[index].host
    let provider = hosts[host].record
    let waitsToShrink =
      plan.l1.action == .shrink && plan.l1.fromL2 > 0
      && provider.preparing >= provider.limits.preparing
    if grows || waitsToShrink {
      hosts[host].hungry.insert(
        Hunger(share: boxes[index].share, pool: index, stamp: boxes[index].stamp))
    }
    if grows || !boxes[index].waiters.isEmpty { pump(host) }
  }

  private func gates(_ index: Int) -> PlannerGates {
    let pool = boxes[index].record
    let isBlocked = pool.inMaintenance ? "provider \(pool.provider) is in maintenance" : nil
    let movable = boxes[index].buckets[Tally.Bucket.l2Usable.rawValue].count
    let hasL2 = pool.traits?.cacheLevels.contains(.l2) ?? false
    let exhausted = exhaustion(index)
    var gates = PlannerGates(
      cacheLevels: pool.traits?.cacheLevels ?? .none,
      noCreation: creationGate(index) ?? exhausted,
      noAction: isBlocked.map { SafeText($0) }, movableL2: hasL2 ? movable : 0,
      creationRoom: room(index))
    let leaving: [Tally.Bucket] = [.l1Ready, .l1Waiting, .l1Deploying, .l1OldReady, .l1OldWaiting]
    gates.leavableL1 = leaving.reduce(0) { $0 + boxes[index].buckets[$1.rawValue].count }
    gates.parkableL1 = boxes[index].buckets[Tally.Bucket.l1Ready.rawValue].count
    gates.leavableL2 = movable + boxes[index].buckets[Tally.Bucket.l2Deploying.rawValue].count
    gates.endingL1 = boxes[index].endingL1
    gates.endingL2 = boxes[index].endingL2
    gates.retirableL1 =
      boxes[index].buckets[Tally.Bucket.l1OldReady.rawValue].count
      + boxes[index].buckets[Tally.Bucket.l1OldWaiting.rawValue].count
    gates.retirableL2 = boxes[index].buckets[Tally.Bucket.l2Old.rawValue].count
    return gates
  }

  /// Nothing can be created for want of something that the next outdated one to leave would give
  /// back.
  private mutating func renewsByLeaving(_ index: Int) -> Bool {
    guard creationGate(index) == nil, exhaustion(index) != nil else { return false }
    let old = oldest(.l1OldReady, of: index) ?? oldest(.l1OldWaiting, of: index)
    guard let slot = old ?? oldest(.l2Old, of: index) else { return false }
    let (host, settings) = (boxes[index].host, boxes[index].settings)
    let identity = slots[slot].identity
    let provider = hosts[host].record
    if provider.places >= provider.limits.deployments {
      // Beside another pool, that one would take the place.
      return boxes.count { $0.host == host && !$0.isErased } == 1
    }
    if identities.names(of: settings.names) == 0,
      settings.names.number(of: identity.name) == nil
    {
      return false
    }
    guard let range = settings.macs, !identities.hasMAC(in: range) else { return true }
    return identity.mac.map { $0 >= range.first && $0 <= range.last } ?? false
  }

  /// Why a pool may create nothing now, by its own state; nil: it may.
  func creationGate(_ index: Int) -> SafeText? {
    let pool = boxes[index].record
    if let problem = pool.problem { return problem }
    if !pool.isConfigured { return "it left the configuration" }
    if pool.isPaused { return "paused" }
    if let restraint = pool.restraint {
      let left = restraint.until.at - now.moment
      return SafeText("restrained for \(left.spoken): \(restraint.reason)")
    }
    guard let traits = pool.traits else { return "its service is not known yet" }
    if traits.publishes, pool.activePublication == nil {
      return "no publication is active: publish \(pool.name)"
    }
    return nil
  }

  /// What there is too little of to create one more, and what would help; nil: nothing.
  func exhaustion(_ index: Int) -> SafeText? {
    let host = hosts[boxes[index].host].record
    if let why = host.exhaustion { return why }
    if identities.names(of: boxes[index].settings.names) == 0 {
      return SafeText(
        "all \(boxes[index].settings.names.capacity) names "
          + "\(boxes[index].settings.names.prefix)… are held; raise names.digits"
      )
    }
    if let range = boxes[index].settings.macs, !identities.hasMAC(in: range) {
      return "all addresses of the MAC range are held; widen macs"
    }
    if boxes[index].record.traits?.usesPort ?? false, !identities.hasPort {
      return "all ports \(Bounds.ports) are held"
    }
    return nil
  }

  private func room(_ index: Int) -> Int {
    let host = hosts[boxes[index].host].record
    return min(
      identities.names(of: boxes[index].settings.names), host.limits.deployments - host.places)
  }

  /// What the pool does now and why, or why nothing.
  private func nowSentence(_ index: Int) -> String {
    let pool = boxes[index].record
    let host = hosts[boxes[index].host].record
    var parts: [String] = []
    if let why = creationGate(index), !pool.inMaintenance { parts.append(why.text) }
    let plans = [pool.plan.l1, pool.plan.l2]
    parts += plans.filter { $0.action != .none }.map(\.because.text)
    if parts.isEmpty { parts.append(pool.plan.l1.because.text) }
    if plans.contains(where: { $0.action == .grow }), host.preparing >= host.limits.preparing {
      let queued = plans.reduce(0) { $0 + ($1.action == .grow ? $1.count : 0) }
      let verb = queued == 1 ? "waits" : "wait"
      parts.append(
        "\(queued) \(verb) for the provider "
          + "(\(host.preparing) of \(host.limits.preparing) preparing)"
      )
    }
    if pool.waiting > 0 { parts.append("\(pool.waiting) users wait") }
    return parts.joined(separator: "; ")
  }

  /// Ready ones leave newest first, into L2 while L2 is short, else away; outdated ones oldest
  /// first.
  private mutating func shrink(_ plan: PoolPlan, _ index: Int) {
    if plan.l1.action == .shrink {
      var intoL2 = plan.l1.fromL2
      for _ in 0..<plan.l1.count {
        guard shrinkL1ByOne(index, intoL2: &intoL2, because: plan.l1.because.text) else { break }
      }
    }
    if plan.l2.action == .shrink {
      for _ in 0..<plan.l2.count {
        guard let slot = oldestOfL2(index) else { break }
        remove(slot, because: plan.l2.because.text)
      }
    }
  }

  private mutating func shrinkL1ByOne(
    _ index: Int, intoL2: inout Int, because reason: String
  ) -> Bool {
    if let slot = oldest(.l1OldReady, of: index) ?? oldest(.l1OldWaiting, of: index) {
      remove(slot, because: reason)
      return true
    }
    let newest = [.l1Ready, .l1Waiting, .l1Deploying].compactMap {
      self.newest($0, of: index)
    }.max { slots[$0].id < slots[$1].id }
    guard let slot = newest else { return false }
    let host = hosts[boxes[index].host].record
    guard intoL2 > 0, slots[slot].isReady, live[slot].call == nil else {
      remove(slot, because: reason)
      return true
    }
    guard host.preparing < host.limits.preparing else { return false }
    intoL2 -= 1
    startMove(slot, to: .l2, reservedFor: nil, because: reason)
    return true
  }

  private mutating func oldestOfL2(_ index: Int) -> Int? {
    if let slot = oldest(.l2Old, of: index) { return slot }
    return [.l2Usable, .l2Deploying].compactMap { self.oldest($0, of: index) }
      .min { slots[$0].id < slots[$1].id }
  }

  /// Gives a provider's free places away: users first, then removals, then the caches, emptiest
  /// pool first.
  private mutating func serve(_ host: Int) {
    guard !hosts[host].record.inMaintenance else { return }
    pumpReady(host)
    pumpWaiters(host)
    pumpRemovals(host)
    pumpStarts(host)
    while hosts[host].record.preparing < hosts[host].record.limits.preparing,
      let hunger = hosts[host].hungry.popMin()
    {
      let index = hunger.pool
      guard boxes[index].stamp == hunger.stamp, !boxes[index].isUnplanned,
        !boxes[index].isErased
      else { continue }
      if !growByOne(index) {
        noteExhausted(index)
        // What it planned to create another pool has taken: its plan says so from now on.
        if exhaustion(index) != nil { replan(index) }
      }
      if boxes[index].isUnplanned {
        // What it got changed its plan and its place among the others.
        return pump(host)
      }
    }
  }

  /// It is looked at again when anything is freed, whichever pool held it.
  private mutating func noteExhausted(_ index: Int) {
    guard !boxes[index].isExhausted else { return }
    boxes[index].isExhausted = true
    exhaustedPools.append(index)
  }

  private mutating func growByOne(_ index: Int) -> Bool {
    let plan = boxes[index].record.plan
    if plan.l1.action == .shrink, plan.l1.fromL2 > 0 {
      // A move into L2 waited for this place, unless nothing can be moved now.
      var intoL2 = plan.l1.fromL2
      if shrinkL1ByOne(index, intoL2: &intoL2, because: plan.l1.because.text) { return true }
    }
    if plan.l1.action == .grow {
      if plan.l1.fromL2 > 0, let slot = oldest(.l2Usable, of: index) {
        startMove(slot, to: .l1, reservedFor: nil, because: plan.l1.because.text)
        return true
      }
      if plan.l1.create > 0 {
        return create(
          in: index, .deployForCache(.l1), at: .cache(.l1, reservedFor: nil),
          because: plan.l1.because.text) != nil
      }
    }
    guard plan.l2.action == .grow else { return false }
    return create(
      in: index, .deployForCache(.l2), at: .cache(.l2, reservedFor: nil),
      because: plan.l2.because.text) != nil
  }

  /// A new deployment with an identity of its own, stored before its first call; nil when something
  /// is
  /// exhausted.
  mutating func create(
    in index: Int, _ kind: OperationKind, at placement: Placement, because reason: String
  ) -> Int? {
    guard exhaustion(index) == nil, let identity = takeIdentity(index) else { return nil }
    let length = boxes[index].settings.deadlines.preparing
    let operation = Operation(kind, deadline: deadline(in: length))
    var deployment = Deployment(
      id: DeploymentID(counters.deployment), pool: boxes[index].record.id, identity: identity,
      placement: placement, phase: .preparing(operation),
      guest: .silent, publication: boxes[index].record.activePublication,
      because: SafeText(reason),
      at: now.utc)
    deployment.next = deadline(in: .zero)
    counters.deployment += 1
    areCountersDirty = true
    let slot = insert(deployment, pool: index)
    touch(slot)
    stands(on: deployment.publication, index)
    log(.created, "\(identity.name), \(kind.word): \(reason)", slot: slot)
    call(slot)
    return slot
  }

  private mutating func takeIdentity(_ index: Int) -> Identity? {
    guard let name = identities.takeName(of: boxes[index].settings.names) else { return nil }
    var identity = Identity(name: name)
    if let range = boxes[index].settings.macs {
      guard let mac = identities.takeMAC(in: range) else {
        identities.giveBack(identity)
        return nil
      }
      identity.mac = mac
    }
    if boxes[index].record.traits?.usesPort ?? false { identity.port = identities.takePort() }
    return identity
  }
}
