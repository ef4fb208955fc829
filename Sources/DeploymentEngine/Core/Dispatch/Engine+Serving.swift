import DeploymentInterface
import SafeTexts

/// Finds a deployment for a user, at once or when a waiting user can be served.
extension Engine {
  /// The result of a search for a deployment for a user.
  enum Serving {
    case served(Int, note: SafeText)
    /// The pool could serve the user, but the provider is busy: the user waits.
    case busy(SafeText)
    case refused(Refusal)
  }

  /// Looks in the order of the contract; a deployment is taken in this step.
  mutating func serve(_ user: SafeText, in index: Int, _ promise: Promise) -> Serving {
    if let slot = oldestReady(of: index) {
      take(slot, for: user, promise)
      return .served(slot, note: SafeText("\(deploymentTable[slot].name) is \(user)'s"))
    }
    if let slot = oldest(.l1Waiting, of: index) {
      reserve(slot, for: user, promise)
      return .served(slot, note: reservedNote(slot, user, "when its OS manager reports ready"))
    }
    let provider = provider(ofPool: index)
    let isBusy = !provider.hasRoomToPrepare(forUser: true)
    let hasRoom = hasRoom(index)
    if hasRoom, !isBusy, !prefersNew(index), let slot = movable(of: index) {
      startMove(slot, to: .l1, reservedFor: user, promise, because: "\(user) waits")
      return .served(slot, note: reservedNote(slot, user, "when it has moved from L2"))
    }
    if let slot = oldest(.l1Deploying, of: index) ?? oldest(.l1Moving, of: index) {
      reserve(slot, for: user, promise)
      return .served(slot, note: reservedNote(slot, user, "when it is prepared"))
    }
    return create(for: user, in: index, promise, hasRoom: hasRoom, isBusy: isBusy)
  }

  private mutating func oldestReady(of index: Int) -> Int? {
    oldest(.l1Ready, of: index) ?? oldest(.l1OldReady, of: index)
  }

  /// Whether a pool has something for a waiting user, or may create it.
  func canServe(_ index: Int) -> Bool {
    poolTable[index].record.counts.l1Ready > 0
      || hasRoom(index) && creationGate(index) == nil && exhaustion(index) == nil
  }

  private func hasRoom(_ index: Int) -> Bool {
    let pool = poolTable[index].record
    return pool.counts.total + pool.counts.leaving < pool.sizes.max
  }

  /// The oldest at L2 that can come to L1, while the service still has that. Where moves fail, one
  /// is tried at a time.
  private mutating func movable(of index: Int) -> Int? {
    guard poolTable[index].record.traits?.cacheLevels.contains(.l2) ?? false else { return nil }
    if poolTable[index].record.moveRestraint != nil, poolTable[index].reservedMoves > 0 {
      return nil
    }
    return oldest(.l2Usable, of: index)
  }

  /// Moves from L2 failed for good lately, and one can be created instead.
  private func prefersNew(_ index: Int) -> Bool {
    poolTable[index].record.moveErrors.contains { $0.at > now.moment }
      && creationGate(index) == nil && exhaustion(index) == nil
  }

  private func reservedNote(_ slot: Int, _ user: SafeText, _ when: String) -> SafeText {
    SafeText("\(deploymentTable[slot].name) is reserved for \(user) and will be assigned \(when)")
  }

  private mutating func create(
    for user: SafeText, in index: Int, _ promise: Promise, hasRoom: Bool, isBusy: Bool
  ) -> Serving {
    let pool = poolTable[index].record
    let hasL2 = movable(of: index) != nil
    guard hasRoom else {
      let leaving =
        pool.counts.leaving > 0 ? ", \(pool.counts.leaving) of them leaving or in error" : ""
      return .refused(
        Refusal(
          .notPermitted,
          SafeText(
            "pool \(pool.name) is full: \(pool.counts.total + pool.counts.leaving) of "
              + "\(pool.sizes.max)\(leaving)")))
    }
    // A doubt ends by itself, so that waiting is worth it.
    if !hasL2, let why = doubtSentence(index) { return .busy(why) }
    if !hasL2, let why = creationGate(index) ?? exhaustion(index) {
      // A pool of another provider may have taken the last one since this pool was planned.
      poolTable.noteExhausted(index)
      return .refused(
        Refusal(.notPermitted, SafeText("pool \(pool.name) has nothing ready: \(why)")))
    }
    if isBusy {
      let provider = provider(ofPool: index)
      return .busy(SafeText("provider \(provider.name) is busy (\(provider.preparingText))"))
    }
    // One that is made for a cache may serve somebody else if its user is served otherwise.
    let isCached = pool.traits?.cacheLevels.contains(.l1) ?? false
    guard
      let slot = create(
        in: index, isCached ? .deployForCache(.l1) : .deployForUser,
        at: isCached ? .cache(.l1, reservedFor: user) : .assigned(user), promise,
        because: "requested for \(user)")
    else { return .refused(Refusal(.notPermitted, SafeText("pool \(pool.name) is exhausted"))) }
    return .served(
      slot, note: SafeText("\(deploymentTable[slot].name) is being created for \(user)"))
  }

  /// A user takes a usable L1 item; `setReady` follows as soon as the provider has room.
  mutating func take(_ slot: Int, for user: SafeText, _ promise: Promise) {
    guard deploymentTable[slot].osState == .usable else {
      return reserve(slot, for: user, promise)
    }
    claim(slot, for: user, promise)
    reconcile(slot)
  }

  /// Serves the waiting users of a provider, in the order of their requests.
  mutating func serveWaitingUsers(_ provider: Int) {
    let order = providerTable[provider].waitingPools.sorted {
      (poolTable[$0].firstPosition, $0) < (poolTable[$1].firstPosition, $1)
    }
    for index in order { serveInOrder(index) }
  }

  /// Serves the users of a pool by their place in the order: those who wait, and, while something
  /// is ready, those whose reservation is not.
  private mutating func serveInOrder(_ index: Int) {
    while true {
      let waiter = firstWaiter(of: index)
      if let slot = firstReserved(of: index, before: waiter?.position),
        let ready = oldestReady(of: index), let user = deploymentTable[slot].placement.user,
        let promise = deploymentTable[slot].promise
      {
        takeFromUser(slot)
        log(
          .assignment,
          "no longer reserved for \(user): \(deploymentTable[ready].name) is ready", slot: slot)
        take(ready, for: user, promise)
        continue
      }
      guard let waiter else { return }
      switch serve(waiter.user, in: index, waiter.promise) {
      case .served(let slot, let note):
        endWaiting(waiter.user, in: index)
        log(.assignment, note.text, slot: slot)
      case .busy, .refused: return
      }
    }
  }
}
