import DeploymentInterface
import SafeTexts

extension Engine {
  /// Plans every pool whose counts or settings changed, and serves every provider that has room,
  /// until nothing is left to do. Each round starts something or is the last, so the loop ends.
  mutating func runPlans() {
    while true {
      if let index = poolTable.nextUnplanned() {
        plan(index)
      } else if let provider = providerTable.nextUndispatched() {
        dispatch(provider)
      } else {
        return
      }
    }
  }

  /// Runs the planner for one pool: a surplus is removed at once, a shortage waits for its turn.
  private mutating func plan(_ index: Int) {
    guard !poolTable[index].isErased else { return }
    var gates = gates(index)
    // Nothing is exhausted where creation is open; what is would have to be looked for again.
    let isOpen = gates.noCreation == nil
    gates.renewsByLeaving = !isOpen && renewsByLeaving(index)
    let error = errorToReplace(index, gates)
    gates.newOneFailed = error != nil || poolTable[index].tally.failedNew > 0
    let plan = CachePlanner.plan(
      sizes: poolTable.plannedSizes(of: index), counts: poolTable[index].record.counts,
      gates: gates)
    poolTable.plan(index, plan)
    if !isOpen, exhaustion(index) != nil { poolTable.noteExhausted(index) }
    keepPlaces(index, makesRoom: plan.l1.makesRoom || plan.l2.makesRoom || error != nil)
    shrink(plan, index)
    if let error { enqueueRemoval(error, because: "its place is needed") }
    poolTable.say(SafeText(nowSentence(index)), index)
    let grows = plan.l1.action == .grow || plan.l2.action == .grow
    let place = poolTable[index].provider
    let waitsToShrink =
      plan.l1.action == .shrink && plan.l1.fromL2 > 0
      && !providerTable[place].record.hasRoomToPrepare(forUser: false)
    if grows || waitsToShrink {
      let candidate = RefillCandidate(
        share: poolTable.share(of: index), pool: index, stamp: poolTable[index].stamp)
      providerTable.insert(candidate, place)
    }
    if grows || poolTable.needsServing(index) { providerTable.scheduleDispatch(place) }
  }

  /// Where a new publication has no room beside the old one: the error, only kept to be looked at,
  /// whose place is used before an outdated deployment leaves. Nil: there is none.
  private mutating func errorToReplace(_ index: Int, _ gates: PlannerGates) -> Int? {
    let counts = poolTable[index].record.counts
    guard counts.l1Outdated > 0 || counts.l2Outdated > 0 else { return nil }
    let sizes = poolTable[index].record.sizes
    let isFull = counts.total + counts.leaving >= sizes.max
    let newL1 = counts.l1 - counts.l1Outdated
    let lacksL1 = sizes.l1 > newL1 || sizes.initial > newL1 + counts.assigned
    let lacksL2 = sizes.l2 > counts.l2 - counts.l2Outdated
    guard counts.removing == 0, creationGate(index) == nil,
      !poolTable[index].record.inMaintenance,
      counts.l1Outdated > 0 && lacksL1 && (isFull || gates.renewsByLeaving)
        || counts.l2Outdated > 0 && lacksL2 && gates.renewsByLeaving
    else { return nil }
    // In a pool that is never restrained, errors that stay are what ends the circle.
    let isRestrainable = poolTable[index].settings.restrain.count > 0
    let errors = [
      oldest(.keptOldError, of: index), isRestrainable ? oldest(.keptError, of: index) : nil,
    ]
    return errors.compactMap(\.self).first {
      deploymentTable.runtime($0).failedRemovals == 0 && !deploymentTable.isCalled($0)
        && !isDoubted($0) && !deploymentTable[$0].isAbsent
    }
  }

  /// Keeps the place of what is about to make room for a new deployment, and gives up what is no
  /// longer needed.
  private mutating func keepPlaces(_ index: Int, makesRoom: Bool) {
    guard makesRoom || poolTable[index].record.placesUntilRenewed > 0 else { return }
    let pool = poolTable[index].record
    var places = pool.placesUntilRenewed
    if makesRoom {
      places = max(places, pool.counts.places)
    } else if pool.hasNothingToKeep {
      places = 0
    } else {
      // What it does not lack now is given up for good.
      places = min(places, pool.counts.places + pool.placesKept)
    }
    if places != pool.placesUntilRenewed { poolTable.keep(places, of: index) }
    recountKept(index)
  }

  private func gates(_ index: Int) -> PlannerGates {
    let isBlocked =
      poolTable[index].record.inMaintenance
      ? "provider \(poolTable[index].record.provider) is in maintenance" : nil
    let movable = poolTable[index].count(.l2Usable)
    let levels = poolTable[index].record.traits?.cacheLevels ?? CacheLevels.none
    let hasL2 = levels.contains(.l2)
    let exhausted = exhaustion(index)
    var gates = PlannerGates(
      cacheLevels: levels,
      noCreation: creationGate(index) ?? exhausted,
      noAction: isBlocked.map { SafeText($0) },
      movableL2: hasL2 && poolTable[index].record.moveRestraint == nil ? movable : 0,
      creationRoom: room(index))
    gates.usableL2 = hasL2 ? movable : 0
    let leaving: [CensusKey.Index] = [
      .l1Ready, .l1Waiting, .l1Deploying, .l1OldReady, .l1OldWaiting,
    ]
    gates.leavableL1 = leaving.reduce(0) { $0 + poolTable[index].count($1) }
    gates.parkableL1 = poolTable[index].count(.l1Ready)
    gates.leavableL2 = movable + poolTable[index].count(.l2Deploying)
    gates.endingL1 = poolTable[index].tally.endingL1
    gates.endingL2 = poolTable[index].tally.endingL2
    gates.retirableL1 =
      poolTable[index].count(.l1OldReady) + poolTable[index].count(.l1OldWaiting)
    gates.givableOldL1 = poolTable[index].count(.l1OldReady)
    gates.givableL1 = poolTable[index].count(.l1Ready) + gates.givableOldL1
    if let active = poolTable[index].record.activePublication {
      gates.mayEmpty = poolTable[index].publication(active)?.record.isForced ?? false
    }
    gates.retirableL2 = poolTable[index].count(.l2Old)
    return gates
  }

  /// Whether creation is blocked only by something that the removal of the next outdated deployment
  /// would free.
  private mutating func renewsByLeaving(_ index: Int) -> Bool {
    guard creationGate(index) == nil, exhaustion(index) != nil else { return false }
    let old = oldest(.l2Old, of: index) ?? oldest(.l1OldReady, of: index)
    guard let slot = old ?? oldest(.l1OldWaiting, of: index) else { return false }
    let settings = poolTable[index].settings
    let identity = deploymentTable[slot].identity
    let provider = provider(ofPool: index)
    // The pool keeps the freed place, if that makes room at all.
    let taken = provider.places + placesKept(besides: index)
    if taken >= provider.limits.deployments { return taken == provider.limits.deployments }
    if identityTable.names(of: settings.names) == 0,
      settings.names.number(of: identity.name) == nil
    {
      return false
    }
    guard let range = settings.macs, !identityTable.hasMAC(in: range) else { return true }
    return identity.mac.map { $0 >= range.first && $0 <= range.last } ?? false
  }

  private func room(_ index: Int) -> Int {
    let provider = provider(ofPool: index)
    let room = min(
      identityTable.names(of: poolTable[index].settings.names),
      provider.limits.deployments - provider.places - placesKept(besides: index))
    // After a restraint one creation at a time shows whether it works again.
    guard poolTable[index].record.restraints > 0 else { return room }
    let counts = poolTable[index].record.counts
    return min(room, max(0, 1 - counts.l1Preparing - counts.l2Preparing))
  }

  /// What the pool does now and why, or why it does nothing.
  private func nowSentence(_ index: Int) -> String {
    var parts: [String] = []
    if !poolTable[index].record.inMaintenance, let why = creationGate(index) {
      parts.append(why.text)
    }
    let (l1, l2) = (poolTable[index].record.plan.l1, poolTable[index].record.plan.l2)
    if l1.action != .none { parts.append(l1.because.text) }
    if l2.action != .none { parts.append(l2.because.text) }
    let hasL1 = poolTable[index].record.traits?.cacheLevels.contains(.l1) ?? true
    if parts.isEmpty { parts.append((hasL1 ? l1 : l2).because.text) }
    let place = poolTable[index].provider
    if l1.action == .grow || l2.action == .grow,
      !providerTable[place].record.hasRoomToPrepare(forUser: false)
    {
      let queued = (l1.action == .grow ? l1.count : 0) + (l2.action == .grow ? l2.count : 0)
      let verb = queued == 1 ? "waits" : "wait"
      let taken = providerTable[place].record.preparingText
      parts.append("\(queued) \(verb) for the provider (\(taken))")
    }
    let waiting = poolTable[index].record.waiting
    if waiting > 0 { parts.append(waiting == 1 ? "1 user waits" : "\(waiting) users wait") }
    if let restraint = poolTable[index].record.moveRestraint {
      parts.append("nothing is moved from L2 because moves fail: \(restraint.reason)")
    }
    let aside = identityTable.aside(of: poolTable[index].settings.names)
    if let first = aside.first {
      let others = aside.count > 1 ? " and \(aside.count - 1) more" : ""
      parts.append("not used because something else has the name: \(first)\(others)")
    }
    return parts.joined(separator: "; ")
  }

  /// Removes the surplus. Ready deployments leave newest first, to L2 while L2 is short; outdated
  /// ones leave oldest first.
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
    if let slot = oldest(.l1OldWaiting, of: index) ?? oldest(.l1OldReady, of: index) {
      remove(slot, because: reason)
      return true
    }
    let newest = [.l1Ready, .l1Waiting, .l1Deploying].compactMap {
      self.newest($0, of: index)
    }.max { deploymentTable[$0].id < deploymentTable[$1].id }
    guard let slot = newest else { return false }
    let provider = provider(ofPool: index)
    guard intoL2 > 0, deploymentTable[slot].isReady, !deploymentTable.isCalled(slot) else {
      remove(slot, because: reason)
      return true
    }
    guard provider.hasRoomToPrepare(forUser: false) else { return false }
    intoL2 -= 1
    startMove(slot, to: .l2, reservedFor: nil, because: reason)
    return true
  }

  private mutating func oldestOfL2(_ index: Int) -> Int? {
    if let slot = oldest(.l2Old, of: index) { return slot }
    return [.l2Usable, .l2Deploying].compactMap { self.oldest($0, of: index) }
      .min { deploymentTable[$0].id < deploymentTable[$1].id }
  }

  /// Assigns a provider's free places: to users first, then to removals, then to the caches,
  /// emptiest pool first.
  private mutating func dispatch(_ provider: Int) {
    guard !providerTable[provider].record.inMaintenance else { return }
    dispatchReadies(provider)
    serveWaitingUsers(provider)
    dispatchRemovals(provider)
    dispatchStarts(provider)
    while providerTable[provider].record.hasRoomToPrepare(forUser: false),
      let candidate = providerTable.popEmptiest(provider)
    {
      let index = candidate.pool
      guard poolTable[index].stamp == candidate.stamp, !poolTable[index].isUnplanned,
        !poolTable[index].isErased
      else { continue }
      if !growByOne(index) {
        poolTable.noteExhausted(index)
        // Another pool took what this one planned to use, so its plan must say so.
        if exhaustion(index) != nil { poolTable.replan(index) }
      }
      if poolTable[index].isUnplanned {
        // The start changed its plan and its rank among the other pools.
        return providerTable.scheduleDispatch(provider)
      }
    }
  }

  private mutating func growByOne(_ index: Int) -> Bool {
    let plan = poolTable[index].record.plan
    if plan.l1.action == .shrink, plan.l1.fromL2 > 0 {
      // A move to L2 waited for this place, unless nothing can be moved now.
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
}
