import DeploymentInterface
import SafeTexts

/// The names of what exists without a record, and of what may: nobody else is given them.
extension Engine {
  /// A record was given up: what it spoke of may still exist, and keeps its name until the provider
  /// has said what does.
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

  /// A call that spoke of what was forgotten is back: whatever it made has no record.
  mutating func endLateCall(_ id: CallID, wasMade: Bool) {
    guard let late = callTable.takeLate(id) else { return }
    if wasMade { markUnverified(late.identity, late.provider) }
    identityTable.giveBack(late.identity)
    poolTable.reviveExhausted()
  }

  /// Whether a call is out that spoke of it, and may still make it or something of it.
  func hasLateCall(_ orphan: Orphan) -> Bool {
    switch orphan.thing.purpose {
    case .deployment(let id): callTable.hasLateCall(on: id)
    case .publication: false
    }
  }

  /// The names of what exists without a record are barred, and no others.
  mutating func holdIdentities(_ provider: Int) {
    let listed = providerTable[provider].record.orphans.all.compactMap(\.thing.identity)
    let wanted = Set(listed + providerTable[provider].inventory.unverified.map(\.identity))
    let before = providerTable[provider].inventory.heldIdentities
    guard wanted != before else { return }
    providerTable.updateInventory(provider) { $0.heldIdentities = wanted }
    // In no order: what is barred is counted.
    wanted.subtracting(before).forEach { identityTable.bar($0) }
    let gone = before.subtracting(wanted)
    gone.forEach { identityTable.unbar($0) }
    if !gone.isEmpty { poolTable.reviveExhausted() }
  }

  /// Lists a provider after a pause.
  mutating func planInventory(_ provider: Int, in pause: TimeSpan) {
    let due = now.moment + pause
    providerTable.updateInventory(provider) { $0.nextAt = due }
    timers.add(due, .inventory(provider))
  }
}
