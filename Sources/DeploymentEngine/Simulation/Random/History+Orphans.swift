import Basics
import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// What operators do about orphans.
extension History {
  /// Requests the removal or adoption of an orphan that is listed, that no longer exists, or that
  /// never did.
  func actOnOrphans() {
    let all = world.engine.providers.flatMap { provider in
      provider.orphans.all.map { OrphanName($0.thing, on: provider.name) }
    }
    // Mostly does something else if no orphans are listed.
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

  /// The waiting users; if there are none, the users without a deployment.
  private var idleUsers: [SafeText] {
    let waiting = world.engine.waiters.map(\.user)
    if !waiting.isEmpty { return waiting }
    let busy = Set(world.engine.deployments.compactMap(\.placement.user))
    return Self.users.filter { !busy.contains($0) }
  }

  /// Lets a provider lose or regain the ability to list.
  func changeInventories() {
    let name = random.pick(["x", "y"]) ?? "x"
    var lists = world.lists
    if lists.remove(name) == nil, world.everLists.contains(name) { lists.insert(name) }
    world.list(lists)
  }
}
