import DeploymentInterface

/// The names of what exists without a record, and of what may: nobody else is given them.
extension Engine {
  /// A record was given up: what it spoke of may still exist, and keeps its name until the provider
  /// has said what does.
  mutating func doubtThatItIsGone(_ slot: Int) {
    doubtThatItIsGone(slots[slot].identity, boxes[live[slot].pool].host)
  }

  private mutating func doubtThatItIsGone(_ identity: Identity, _ host: Int) {
    guard hosts[host].canList, !hosts[host].isErased else { return }
    hosts[host].doubts.append(Doubt(identity: identity, since: CallID(nextCall - 1)))
    holdNamesOfOrphans(host)
    if hosts[host].inventoryCall == nil { planInventory(host, in: Pauses.inventory.first) }
  }

  /// A call that spoke of what was forgotten is back: whatever it made has no record.
  mutating func endLateCall(_ id: CallID, wasMade: Bool) {
    guard let late = lateCalls.removeValue(forKey: id) else { return }
    if wasMade { doubtThatItIsGone(late.identity, late.host) }
    identities.giveBack(late.identity)
    reviveExhausted()
  }

  /// Whether a call is out that spoke of it, and may still make it or something of it.
  func hasLateCall(_ orphan: Orphan) -> Bool {
    lateCalls.values.contains { orphan.thing.purpose == .deployment($0.deployment) }
  }

  /// Whether a publication of this name exists without a record, or is still being removed.
  func isLeftBehind(_ publication: String) -> Bool {
    hosts.contains { host in
      host.record.orphans.all.contains { $0.thing.purpose == .publication(publication) }
        || host.lateRemovals.contains { $0.removes(.publication(publication)) }
    }
  }

  /// The names of what exists without a record are barred, and no others.
  mutating func holdNamesOfOrphans(_ host: Int) {
    let listed = hosts[host].record.orphans.all.compactMap(\.thing.identity)
    let wanted = Set(listed + hosts[host].doubts.map(\.identity))
    let before = hosts[host].orphanIdentities
    guard wanted != before else { return }
    hosts[host].orphanIdentities = wanted
    // In no order: what is barred is counted.
    wanted.subtracting(before).forEach { identities.bar($0) }
    let gone = before.subtracting(wanted)
    gone.forEach { identities.unbar($0) }
    if !gone.isEmpty { reviveExhausted() }
  }
}
