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

  /// Searches in the order of the contract, and takes what it finds in the same step.
  mutating func serve(_ user: SafeText, in index: Int) -> Serving {
    let pool = poolTable[index].record
    if let refusal = refusal(of: .assign(user: user), on: index) { return .refused(refusal) }
    if let slot = oldest(.l1Ready, of: index) ?? oldest(.l1OldReady, of: index) {
      take(slot, for: user)
      return .served(slot, note: SafeText("\(deploymentTable[slot].name) is \(user)'s"))
    }
    if let slot = oldest(.l1Waiting, of: index) {
      reserve(slot, for: user)
      return .served(slot, note: reservedNote(slot, user, "when its OS manager reports ready"))
    }
    let provider = provider(ofPool: index)
    let isBusy = provider.preparing >= provider.limits.preparing
    let hasRoom = pool.counts.total + pool.counts.leaving < pool.sizes.max
    if hasRoom, !isBusy, let slot = movable(of: index) {
      startMove(slot, to: .l1, reservedFor: user, because: "\(user) waits")
      return .served(slot, note: reservedNote(slot, user, "when it has moved from L2"))
    }
    if let slot = oldest(.l1Deploying, of: index) ?? oldest(.l1Moving, of: index) {
      reserve(slot, for: user)
      return .served(slot, note: reservedNote(slot, user, "when it is prepared"))
    }
    return create(for: user, in: index, hasRoom: hasRoom, isBusy: isBusy)
  }

  /// The oldest deployment at L2 that can move to L1, while the service still supports that.
  private mutating func movable(of index: Int) -> Int? {
    guard poolTable[index].record.traits?.cacheLevels.contains(.l2) ?? false else { return nil }
    return oldest(.l2Usable, of: index)
  }

  private func reservedNote(_ slot: Int, _ user: SafeText, _ when: String) -> SafeText {
    SafeText("\(deploymentTable[slot].name) is reserved for \(user) and will be assigned \(when)")
  }

  private mutating func create(
    for user: SafeText, in index: Int, hasRoom: Bool, isBusy: Bool
  ) -> Serving {
    let pool = poolTable[index].record
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
      let provider = provider(ofPool: index)
      return .busy(
        SafeText(
          "provider \(provider.name) is busy "
            + "(\(provider.preparing) of \(provider.limits.preparing) preparing)"
        ))
    }
    guard
      let slot = create(
        in: index, .deployForUser, at: .assigned(user), because: "requested for \(user)")
    else { return .refused(Refusal(.notPermitted, SafeText("pool \(pool.name) is exhausted"))) }
    return .served(
      slot, note: SafeText("\(deploymentTable[slot].name) is being created for \(user)"))
  }

  /// Reserves a usable L1 deployment for a user; `setReady` follows when the provider has room.
  mutating func take(_ slot: Int, for user: SafeText) {
    guard deploymentTable[slot].osState == .usable else { return reserve(slot, for: user) }
    claim(slot, for: user)
    reconcile(slot)
  }

  private mutating func reserve(_ slot: Int, for user: SafeText) {
    change(slot) { $0.placement = .cache(.l1, reservedFor: user) }
    log(.assignment, "reserved for \(user)", slot: slot)
  }

  /// Serves the waiting users of a provider, in the order of their requests.
  mutating func serveWaitingUsers(_ provider: Int) {
    let order = providerTable[provider].waitingPools.sorted {
      (poolTable[$0].firstPosition, $0) < (poolTable[$1].firstPosition, $1)
    }
    for index in order { serveWaiters(of: index) }
  }

  private mutating func serveWaiters(of index: Int) {
    while let waiter = poolTable[index].waiters.first {
      switch serve(waiter.user, in: index) {
      case .served(let slot, let note):
        endWaiting(waiter.user, in: index)
        log(.assignment, note.text, slot: slot)
      case .busy, .refused: return
      }
    }
  }
}
