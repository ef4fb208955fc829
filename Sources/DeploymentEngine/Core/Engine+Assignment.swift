import DequeModule

extension Engine {
  /// What came of looking for a deployment for a user.
  private enum Found {
    case served(Int, note: SafeText)
    /// Something could be had, but the provider is busy: the user waits.
    case busy(SafeText)
    case refused(Refusal)
  }

  /// Gives a user a deployment of a pool; the engine chooses.
  mutating func assign(_ user: SafeText, _ index: Int, _ request: Request) -> Reply {
    if user.isEmpty { return .refused(Refusal(.invalid, "a user needs a name")) }
    if let id = boxes[index].holders[user], let slot = slotOf[id] {
      return again(slot, user)
    }
    if boxes[index].waitingUsers.contains(user) {
      return .accepted(nil, note: "\(user) waits already")
    }
    switch find(for: user, in: index) {
    case .served(let slot, let note): return .accepted(slots[slot].id, note: note)
    case .busy(let why):
      guard boxes[index].waiters.count < Bounds.waitingUsers else {
        return .refused(
          Refusal(.notPermitted, "\(Bounds.waitingUsers) users wait in this pool already"))
      }
      enqueue(user, in: index, key: request.key, isFirst: false)
      return .accepted(nil, note: "\(user) waits: \(why)")
    case .refused(let refusal): return .refused(refusal)
    }
  }

  /// Gives this very L1 item to a user.
  mutating func assign(_ slot: Int, to user: SafeText) -> Reply {
    let index = live[slot].pool
    if user.isEmpty { return .refused(Refusal(.invalid, "a user needs a name")) }
    if let id = boxes[index].holders[user], let held = slotOf[id] {
      return .refused(Refusal(.notPermitted, "\(user) holds \(slots[held].name) already"))
    }
    dropWaiter(user, in: index)
    take(slot, for: user)
    return .accepted(slots[slot].id, note: SafeText("\(slots[slot].name) is \(user)'s"))
  }

  /// The user holds one already: it is made ready again, or its trouble is told.
  private mutating func again(_ slot: Int, _ user: SafeText) -> Reply {
    let deployment = slots[slot]
    let name = deployment.name
    let reason = deployment.reason.map { ": \($0)" } ?? ""
    switch deployment.phase {
    case .error:
      return .refused(
        Refusal(.notPermitted, SafeText("\(user) holds \(name), which is in error\(reason)")))
    case .removable, .removing, .canceling:
      return .refused(
        Refusal(.notPermitted, SafeText("\(user)'s \(name) is being removed\(reason)")))
    case .preparing where deployment.cancelRequested:
      return .refused(
        Refusal(.notPermitted, SafeText("\(user)'s \(name) is being removed\(reason)")))
    case .preparing, .usable(.some):
      return .accepted(deployment.id, note: SafeText("\(name) is being made ready for \(user)"))
    case .usable(nil):
      if deployment.placement.isAssigned {
        change(slot) { $0.placement = $0.placement.with(.wanted) }
        settle(slot)
      }
      return .accepted(deployment.id, note: SafeText("\(user) holds \(name) already"))
    case .removed, .canceled:
      return .refused(Refusal(.notPermitted, SafeText("\(name) is history")))
    }
  }

  /// Looks in the order of the contract; whatever is taken is taken in this step.
  private mutating func find(for user: SafeText, in index: Int) -> Found {
    let pool = boxes[index].record
    if pool.inMaintenance {
      return .refused(Refusal(.notPermitted, "provider \(pool.provider) is in maintenance"))
    }
    if pool.state == .paused {
      return .refused(Refusal(.notPermitted, "pool \(pool.name) is paused and takes no new users"))
    }
    if let slot = oldest(.l1Ready, of: index) ?? oldest(.l1OldReady, of: index) {
      take(slot, for: user)
      return .served(slot, note: SafeText("\(slots[slot].name) is \(user)'s"))
    }
    if let slot = oldest(.l1Waiting, of: index) {
      reserve(slot, for: user)
      return .served(slot, note: reservedNote(slot, user, "when its OS manager says ready"))
    }
    let host = hosts[boxes[index].host].record
    let isBusy = host.preparing >= host.limits.preparing
    let hasRoom = pool.counts.total + pool.counts.leaving < pool.sizes.max
    if hasRoom, !isBusy, let slot = movable(of: index) {
      startMove(slot, to: .l1, reservedFor: user, because: "\(user) waits")
      return .served(slot, note: reservedNote(slot, user, "when it has come from L2"))
    }
    if let slot = oldest(.l1Deploying, of: index) ?? oldest(.l1Moving, of: index) {
      reserve(slot, for: user)
      return .served(slot, note: reservedNote(slot, user, "when it is prepared"))
    }
    return create(for: user, in: index, hasRoom: hasRoom, isBusy: isBusy)
  }

  /// The oldest at L2 that can come to L1, while the service still has that.
  private mutating func movable(of index: Int) -> Int? {
    guard boxes[index].record.traits?.cacheLevels.contains(.l2) ?? false else { return nil }
    return oldest(.l2Usable, of: index)
  }

  private func reservedNote(_ slot: Int, _ user: SafeText, _ when: String) -> SafeText {
    SafeText("\(slots[slot].name) is reserved for \(user), theirs \(when)")
  }

  private mutating func create(
    for user: SafeText, in index: Int, hasRoom: Bool, isBusy: Bool
  ) -> Found {
    let pool = boxes[index].record
    let hasL2 = movable(of: index) != nil
    guard hasRoom else {
      return .refused(
        Refusal(
          .notPermitted,
          SafeText(
            "pool \(pool.name) is full: \(pool.counts.total + pool.counts.leaving) of "
              + "\(pool.sizes.max)")))
    }
    if !hasL2, let why = creationGate(index) ?? exhaustion(index) {
      return .refused(
        Refusal(.notPermitted, SafeText("pool \(pool.name) has nothing ready: \(why)")))
    }
    if isBusy {
      let host = hosts[boxes[index].host].record
      return .busy(
        SafeText(
          "provider \(host.name) is busy (\(host.preparing) of \(host.limits.preparing) preparing)"
        ))
    }
    guard
      let slot = create(
        in: index, .deployForUser, at: .assigned(user), because: "\(user) asked for one")
    else { return .refused(Refusal(.notPermitted, SafeText("pool \(pool.name) is exhausted"))) }
    return .served(slot, note: SafeText("\(slots[slot].name) is made for \(user)"))
  }

  /// A user takes a usable L1 item; `setReady` follows as soon as the provider has room.
  private mutating func take(_ slot: Int, for user: SafeText) {
    guard slots[slot].osState == .usable else { return reserve(slot, for: user) }
    give(slot, to: user)
    settle(slot)
  }

  /// It becomes the user's, and is told so.
  mutating func give(_ slot: Int, to user: SafeText) {
    change(slot) {
      $0.placement = .assigned(user, .wanted)
      $0.everAssigned = true
      $0.patience = nil
      $0.stateSince = $1.utc
      $0.notices.add(.assignToUser(user))
    }
    log(.assignment, "assigned to \(user)", slot: slot)
  }

  private mutating func reserve(_ slot: Int, for user: SafeText) {
    change(slot) { $0.placement = .cache(.l1, reservedFor: user) }
    log(.assignment, "reserved for \(user)", slot: slot)
  }
}

extension Engine {
  /// A user waits in a pool; `isFirst` for one whose reservation failed.
  mutating func enqueue(_ user: SafeText, in index: Int, key: RequestKey, isFirst: Bool) {
    guard boxes[index].holders[user] == nil, boxes[index].waitingUsers.insert(user).inserted else {
      return
    }
    // One whose reservation failed goes before all who only asked.
    let position = isFirst ? -counters.position : counters.position
    counters.position += 1
    areCountersDirty = true
    let waiter = Waiter(
      pool: boxes[index].record.id, user: user, key: key, position: position,
      patience: deadline(in: boxes[index].settings.deadlines.preparing))
    addDue(waiter.patience.at, .pool(index))
    insert(waiter, index)
    otherChanges.append(.waiter(waiter))
    replan(index)
    pump(boxes[index].host)
  }

  /// Puts a waiter into its pool's queue.
  mutating func insert(_ waiter: Waiter, _ index: Int) {
    let host = boxes[index].host
    if boxes[index].waiters.isEmpty, !hosts[host].waitingPools.contains(index) {
      hosts[host].waitingPools.append(index)
    }
    let place = boxes[index].waiters.firstIndex { $0.position > waiter.position }
    boxes[index].waiters.insert(waiter, at: place ?? boxes[index].waiters.endIndex)
    boxes[index].waitingUsers.insert(waiter.user)
    boxes[index].record.waiting = boxes[index].waiters.count
  }

  mutating func dropWaiter(_ user: SafeText, in index: Int) {
    guard boxes[index].waitingUsers.remove(user) != nil else { return }
    boxes[index].waiters.removeAll { $0.user == user }
    boxes[index].record.waiting = boxes[index].waiters.count
    otherChanges.append(.erasedWaiter(boxes[index].record.id, user))
    if boxes[index].waiters.isEmpty {
      hosts[boxes[index].host].waitingPools.removeAll { $0 == index }
    }
    replan(index)
  }

  /// Serves the users who wait on a provider, in the order in which they asked.
  mutating func pumpWaiters(_ host: Int) {
    let order = hosts[host].waitingPools.sorted {
      (boxes[$0].waiters.first?.position ?? 0, $0) < (boxes[$1].waiters.first?.position ?? 0, $1)
    }
    for index in order { serveWaiters(of: index) }
  }

  private mutating func serveWaiters(of index: Int) {
    while let waiter = boxes[index].waiters.first {
      switch find(for: waiter.user, in: index) {
      case .served(let slot, let note):
        dropWaiter(waiter.user, in: index)
        log(.assignment, note.text, slot: slot)
      case .busy, .refused: return
      }
    }
  }

  /// Users who have waited for too long are told so.
  mutating func expireWaiters(of index: Int) {
    for waiter in boxes[index].waiters where waiter.patience.at <= now.moment {
      dropWaiter(waiter.user, in: index)
      log(
        .assignment,
        "\(waiter.user) waited for \(waiter.patience.length.spoken) and was not served: "
          + boxes[index].record.now.text, level: .warning, pool: index)
    }
  }
}
