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
    let user: SafeText = random.pick(Self.users) ?? "ann"
    world.ask(random.percent(50) ? .removeOrphan(name) : .adopt(name, user: user))
  }

  /// A provider can no longer list what exists on it, or can again.
  func changeInventories() {
    let name = random.pick(["x", "y"]) ?? "x"
    var lists = world.lists
    if lists.remove(name) == nil, world.everLists.contains(name) { lists.insert(name) }
    world.list(lists)
  }

  /// What is to be at rest about orphans: those that a rule wants gone are, all others are listed.
  var unsettledOrphans: [String] {
    world.lists.sorted().flatMap { name -> [String] in
      let left = world.leftovers(on: SafeText(name))
      guard !left.isEmpty || isListed(name, []) else { return ["the list of \(name)"] }
      let rule = configuration.providers.first { $0.name == name }?.orphans ?? OrphanRule()
      if isTidied || rule.removes && left.count <= rule.most, !left.isEmpty {
        return left.map { "\($0.name) on \(name), which is to be removed" }
      }
      return isListed(name, left) ? [] : ["the list of \(name)"]
    }
  }

  private func isListed(_ name: String, _ left: [OutsideThing]) -> Bool {
    let list = world.engine.providers.first { $0.name.text == name }?.orphans ?? OrphanList()
    return list.all.allSatisfy(\.isConfirmed) && list.all.count == left.count
      && left.allSatisfy { one in list.all.contains { $0.thing == one } }
  }

  /// A person has everything removed that is listed.
  func removeAllOrphans() {
    for provider in world.engine.providers {
      for orphan in provider.orphans.confirmed {
        let reply = world.ask(.removeOrphan(OrphanName(orphan.thing, on: provider.name)))
        if !reply.isAccepted {
          world.complain(.orphans, "\(orphan.thing.name) is listed and cannot be removed: \(reply)")
        }
      }
    }
  }
}
