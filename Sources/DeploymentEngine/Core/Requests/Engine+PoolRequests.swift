public import DeploymentInterface
import SafeTexts

extension Engine {
  /// Checks a pool: a restraint or a user's wait may be over.
  mutating func wakePool(_ index: Int) {
    let isQuiet = poolTable[index].record.inMaintenance
    if let restraint = poolTable[index].record.restraint, restraint.until.at <= now.moment,
      !isQuiet || isOfProvider(restraint, index)
    {
      poolTable.endRestraint(index, at: now.moment)
      log(.pool, "no longer restrained", pool: index)
    }
    if let restraint = poolTable[index].record.moveRestraint, restraint.until.at <= now.moment,
      !isQuiet
    {
      poolTable.restrainMoves(index, nil)
      log(.pool, "moves from L2 are tried again", pool: index)
    }
    if identityTable.offerSetAside(by: now.moment) { poolTable.reviveExhausted() }
    expireWaiters(of: index)
    poolTable.replan(index)
  }

  mutating func pause(_ index: Int, _ isPaused: Bool) -> Reply {
    let name = poolTable[index].record.name
    poolTable.setPaused(index, isPaused)
    providerTable.scheduleDispatch(poolTable[index].provider)
    return .accepted(nil, note: isPaused ? "\(name) is paused" : "\(name) is resumed")
  }

  mutating func lift(_ index: Int) -> Reply {
    poolTable.lift(index)
    providerTable.scheduleDispatch(poolTable[index].provider)
    return .accepted(nil, note: "the restraint of \(poolTable[index].record.name) is lifted")
  }

  mutating func resize(_ index: Int, _ asked: SizeOverrides?) -> Reply {
    let pool = poolTable[index].record
    let overrides = pool.overrides(after: asked)
    poolTable.resize(index, overrides)
    providerTable.scheduleDispatch(poolTable[index].provider)
    let sizes = pool.sizes(with: overrides)
    let text = "initial \(sizes.initial), L1 \(sizes.l1), L2 \(sizes.l2), max \(sizes.max)"
    let note = asked == nil ? "\(pool.name) has its configured sizes" : "\(pool.name): \(text)"
    return .accepted(nil, note: SafeText(note))
  }

  mutating func maintain(_ name: SafeText, _ isOn: Bool, _ request: Request) -> Reply {
    guard let provider = providerTable.place(named: name), !providerTable[provider].isErased else {
      return .refused(Refusal(.notFound, "there is no provider \(name)"))
    }
    if let refusal = Permission.refusal(
      of: .maintenance(isOn), on: providerTable[provider].record)
    {
      return .refused(refusal)
    }
    let began = providerTable[provider].record.maintenanceBegan
    providerTable.setMaintenance(provider, isOn, at: now.moment)
    for index in poolTable.indices where poolTable[index].provider == provider {
      poolTable.setMaintenance(index, isOn)
    }
    if let began, !isOn { giveBackTime(provider, since: began) }
    if !isOn { resume(provider) }
    log(.provider, "maintenance of \(name) \(isOn ? "begins" : "ends")", actor: request.actor)
    return .accepted(
      nil, note: isOn ? "calls to \(name) are stopped" : "calls to \(name) are resumed")
  }

  /// Time in which a provider is in maintenance counts against no deadline: each gets back what of
  /// it has passed, but no more than its whole length.
  private mutating func giveBackTime(_ provider: Int, since start: Moment) {
    let end = now.moment
    func later(_ deadline: Deadline) -> Deadline {
      let quiet = end - max(start, deadline.at - deadline.length)
      var later = deadline
      later.at = max(deadline.at, min(deadline.at + quiet, end + deadline.length))
      return later
    }
    for slot in deploymentTable.inUse where providerPlace(of: slot) == provider {
      guard waitsOutMaintenance(slot) else { continue }
      change(slot) { deployment, _ in
        deployment.machine = deployment.machine.mappingDeadlines(later)
        // A grace goes by the clock on the wall.
        if !deployment.awaitsReturn {
          deployment.stateDeadline = deployment.stateDeadline.map(later)
        }
        if deployment.state == .error {
          deployment.nextActionAt = deployment.nextActionAt.map(later)
        }
      }
    }
    for index in poolTable.places(on: provider) {
      giveBackTime(ofPublications: index, later)
      if let restraint = poolTable[index].record.restraint, !isOfProvider(restraint, index) {
        restrain(index, until: later(restraint.until), restraint.reason)
      }
      if var moves = poolTable[index].record.moveRestraint {
        moves.until = later(moves.until)
        poolTable.restrainMoves(index, moves)
        timers.add(moves.until.at, .pool(index))
      }
    }
  }

  /// Whether anything is due for a deployment that a maintenance puts off.
  private func waitsOutMaintenance(_ slot: Int) -> Bool {
    let deployment = deploymentTable[slot]
    if deployment.phase.isHistory { return false }
    return deployment.phase.operation != nil || deployment.stateDeadline != nil
      || deployment.state == .error && deployment.nextActionAt != nil
  }

  /// Ends the maintenance of a provider: operations in flight are checked now.
  private mutating func resume(_ provider: Int) {
    for slot in deploymentTable.inUse where providerPlace(of: slot) == provider {
      if let operation = deploymentTable[slot].phase.operation, !deploymentTable.isCalled(slot) {
        guard operation.step != .queued else { continue }
        change(slot) { $0.nextActionAt = $1.deadline(in: .zero) }
      } else {
        reconcile(slot)
      }
    }
    for index in poolTable.indices where poolTable[index].provider == provider {
      for publication in poolTable[index].publications where publication.record.operation != nil {
        timers.add(now.moment, .publication(index, publication.record.revision))
      }
    }
    providerTable.scheduleDispatch(provider)
  }
}

extension Sizes {
  /// What is wrong with these sizes, and what is allowed; nil if they are valid.
  public func problem(with levels: CacheLevels?) -> String? {
    if min(initial, l1, l2, max) < 0 { return "sizes cannot be negative" }
    if l1 > max { return "l1 (\(l1)) is more than max (\(max)): at most \(max)" }
    if initial > max { return "initial (\(initial)) is more than max (\(max)): at most \(max)" }
    guard let levels else { return nil }
    if l2 > 0, !levels.contains(.l2) { return "this service has no L2 cache: l2 must be 0" }
    if max(l1, initial) > 0, !levels.contains(.l1) {
      return "this service has no cache: initial and l1 must be 0"
    }
    return nil
  }

  private func max(_ one: Int, _ other: Int) -> Int { Swift.max(one, other) }
  private func min(_ values: Int...) -> Int { values.min() ?? 0 }
}
