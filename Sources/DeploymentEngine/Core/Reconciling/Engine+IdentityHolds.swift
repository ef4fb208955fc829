import DeploymentInterface
import SafeTexts

/// Identities of resources that exist, or may exist, without a record: they are not given out.
extension Engine {
  /// Holds the identity of a forgotten record: its resource may still exist until a listing of the
  /// provider says otherwise.
  mutating func markUnverified(_ slot: Int) {
    markUnverified(deploymentTable[slot].identity, providerPlace(of: slot))
  }

  private mutating func markUnverified(_ identity: Identity, _ provider: Int) {
    guard providerTable[provider].inventory.isOffered, !providerTable[provider].isErased
    else { return }
    let unverified = UnverifiedIdentity(identity: identity, since: callTable.last)
    providerTable.updateInventory(provider) { $0.unverified.append(unverified) }
    holdIdentities(provider)
    if providerTable[provider].inventory.call == nil {
      planInventory(provider, in: Timing.inventory.first)
    }
  }

  /// Ends a call on a forgotten deployment: whatever it made has no record.
  mutating func endLateCall(_ id: CallID, wasMade: Bool) {
    guard let late = callTable.takeLate(id) else { return }
    if late.isHung { countHung(late.provider, by: -1) }
    if wasMade { markUnverified(late.identity, late.provider) }
    identityTable.giveBack(late.identity)
    poolTable.reviveExhausted()
  }

  /// Whether a call is in flight that may still create this resource or a part of it.
  func hasLateCall(_ orphan: Orphan) -> Bool {
    switch orphan.thing.purpose {
    case .deployment(let id): callTable.hasLateCall(on: id)
    case .publication: false
    }
  }

  /// Bars exactly the identities of resources without a record.
  mutating func holdIdentities(_ provider: Int) {
    let listed = providerTable[provider].record.orphans.all.compactMap(\.thing.identity)
    let wanted = Set(listed + providerTable[provider].inventory.unverified.map(\.identity))
    let before = providerTable[provider].inventory.heldIdentities
    guard wanted != before else { return }
    providerTable.updateInventory(provider) { $0.heldIdentities = wanted }
    // The order does not matter: bars are counted.
    wanted.subtracting(before).forEach { identityTable.bar($0) }
    let gone = before.subtracting(wanted)
    gone.forEach { identityTable.unbar($0) }
    if !gone.isEmpty { poolTable.reviveExhausted() }
  }

  /// Schedules the next listing of a provider.
  mutating func planInventory(_ provider: Int, in pause: TimeSpan) {
    let due = now.moment + pause
    providerTable.updateInventory(provider) { $0.nextAt = due }
    timers.add(due, .inventory(provider))
  }
}
