import Basics
import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// What people do about what exists without a record.
extension History {
  /// Somebody has something removed or takes it over: what is listed, what is no longer there, and
  /// what never was.
  func meddleWithOrphans() {
    let all = world.engine.providers.flatMap { provider in
      provider.orphans.all.map { OrphanName($0.thing, on: provider.name) }
    }
    // Where nothing is listed there is little to be meddled with.
    if all.isEmpty, random.percent(70) { return operate() }
    var name = OrphanName(
      provider: SafeText(random.pick(["x", "y"]) ?? "x"),
      kind: random.percent(90) ? "domain" : "volume",
      name: SafeText((random.pick(["a-", "b-", "c-"]) ?? "a-") + "\(random.below(6))"))
    if let one = random.pick(all), random.percent(85) { name = one }
    var user: SafeText = random.pick(Self.users) ?? "ann"
    if random.percent(60), let other = random.pick(idleUsers) { user = other }
    world.ask(random.percent(40) ? .removeOrphan(name) : .adopt(name, user: user))
  }

  /// Those who wait, else those who have nothing.
  private var idleUsers: [SafeText] {
    let waiting = world.engine.waiters.map(\.user)
    if !waiting.isEmpty { return waiting }
    let busy = Set(world.engine.deployments.compactMap(\.placement.user))
    return Self.users.filter { !busy.contains($0) }
  }

  /// A provider can no longer list what exists on it, or can again.
  func changeInventories() {
    let name = random.pick(["x", "y"]) ?? "x"
    var lists = world.lists
    if lists.remove(name) == nil, world.everLists.contains(name) { lists.insert(name) }
    world.list(lists)
  }
}
