public import DeploymentInterface
import SafeTexts

extension Engine {
  /// A pool is looked at because a restraint or a user's wait may be over.
  mutating func wakePool(_ index: Int) {
    if let restraint = boxes[index].record.restraint, restraint.until.at <= now.moment {
      boxes[index].record.restraint = nil
      boxes[index].record.creationErrors.removeAll { $0.at <= now.moment }
      log(.pool, "no longer restrained", pool: index)
    }
    expireWaiters(of: index)
    replan(index)
  }

  mutating func pause(_ index: Int, _ isPaused: Bool) -> Reply {
    let name = boxes[index].record.name
    guard boxes[index].record.isPaused != isPaused else {
      return .refused(
        Refusal(.notPermitted, "pool \(name) is \(isPaused ? "paused already" : "not paused")"))
    }
    boxes[index].record.isPaused = isPaused
    boxes[index].record.revision += 1
    replan(index)
    pump(boxes[index].host)
    return .accepted(nil, note: isPaused ? "\(name) is paused" : "\(name) goes on")
  }

  mutating func lift(_ index: Int) -> Reply {
    let name = boxes[index].record.name
    guard boxes[index].record.restraint != nil else {
      return .refused(Refusal(.notPermitted, "pool \(name) is not restrained"))
    }
    boxes[index].record.restraint = nil
    boxes[index].record.creationErrors = []
    boxes[index].record.revision += 1
    replan(index)
    pump(boxes[index].host)
    return .accepted(nil, note: "the restraint of \(name) is lifted")
  }

  mutating func resize(_ index: Int, _ overrides: SizeOverrides?) -> Reply {
    let pool = boxes[index].record
    let merged = overrides.map { pool.overrides.merged(with: $0) } ?? SizeOverrides()
    let sizes = merged.applied(to: pool.configuredSizes)
    if let problem = sizes.problem(with: pool.traits?.cacheLevels) {
      return .refused(Refusal(.invalid, SafeText(problem)))
    }
    boxes[index].record.overrides = merged
    boxes[index].record.revision += 1
    replan(index)
    pump(boxes[index].host)
    let text = "initial \(sizes.initial), L1 \(sizes.l1), L2 \(sizes.l2), max \(sizes.max)"
    let note = overrides == nil ? "\(pool.name) has its configured sizes" : "\(pool.name): \(text)"
    return .accepted(nil, note: SafeText(note))
  }

  mutating func maintain(_ name: SafeText, _ isOn: Bool, _ request: Request) -> Reply {
    guard let host = hostByName[name], !hosts[host].isErased else {
      return .refused(Refusal(.notFound, "there is no provider \(name)"))
    }
    guard hosts[host].record.inMaintenance != isOn else {
      return .refused(
        Refusal(.notPermitted, "provider \(name) is \(isOn ? "already" : "not") in maintenance"))
    }
    hosts[host].record.inMaintenance = isOn
    touch(host: host)
    for index in boxes.indices where boxes[index].host == host {
      boxes[index].record.inMaintenance = isOn
      replan(index)
    }
    if !isOn { resume(host) }
    log(.provider, "maintenance of \(name) \(isOn ? "begins" : "ends")", actor: request.actor)
    return .accepted(nil, note: isOn ? "\(name) is not called any more" : "\(name) is called again")
  }

  /// The maintenance of a provider is over: what was in flight gets its next check now.
  private mutating func resume(_ host: Int) {
    for slot in slotOf.values.sorted() where boxes[live[slot].pool].host == host {
      if let operation = slots[slot].phase.operation, live[slot].call == nil {
        guard operation.step != .queued, !slots[slot].cancelRequested else { continue }
        change(slot) { $0.next = $1.deadline(in: .zero) }
      } else {
        settle(slot)
      }
    }
    for index in boxes.indices where boxes[index].host == host {
      for publication in boxes[index].publications where publication.operation != nil {
        addDue(now.moment, .publication(index, publication.revision))
      }
    }
    pump(host)
  }
}

extension Sizes {
  /// What is wrong with these sizes, and what is allowed; nil: nothing.
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
