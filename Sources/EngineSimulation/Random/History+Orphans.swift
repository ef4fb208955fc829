import DeploymentEngine

/// What people do about what exists without a record.
extension History {
  /// Somebody has something removed or takes it over: what is listed, what is no longer there, and
  /// what never was.
  func meddleWithOrphans() {
    let provider = random.pick(["x", "y"]) ?? "x"
    let listed = world.engine.providers.first { $0.name.text == provider }?.orphans.all ?? []
    var name = OrphanName(
      provider: SafeText(provider), kind: random.percent(90) ? "domain" : "volume",
      name: SafeText((random.pick(["a-", "b-", "c-"]) ?? "a-") + "\(random.below(6))"))
    if let one = random.pick(listed), random.percent(80) {
      (name.kind, name.name) = (one.thing.kind, one.thing.name)
    }
    var user: SafeText = random.pick(Self.users) ?? "ann"
    if random.percent(40), let one = random.pick(world.engine.waiters) { user = one.user }
    world.ask(random.percent(50) ? .removeOrphan(name) : .adopt(name, user: user))
  }

  /// A provider can no longer list what exists on it, or can again.
  func changeInventories() {
    let name = random.pick(["x", "y"]) ?? "x"
    var lists = world.lists
    if lists.remove(name) == nil, world.everLists.contains(name) { lists.insert(name) }
    world.list(lists)
  }
}
