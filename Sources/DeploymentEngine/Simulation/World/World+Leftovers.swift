import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// What becomes of what has no record when faults have stopped.
extension World {
  /// What is not at rest: those that a rule wants gone are, all others are listed.
  ///
  /// - Parameters:
  ///   - isTidied: a person wants all of them gone.
  func unsettledOrphans(_ rules: [ProviderConfiguration], isTidied: Bool) -> [String] {
    lists.sorted().flatMap { name -> [String] in
      // The first may have begun before faults stopped.
      if orphans.listings[SafeText(name), default: 0] < 2 { return ["the listing of \(name)"] }
      let left = leftovers(on: SafeText(name))
      guard !left.isEmpty || isListed(name, []) else { return ["the list of \(name)"] }
      let rule = rules.first { $0.name == name }?.orphans ?? OrphanRule()
      if isTidied || rule.removes && left.count <= rule.most, !left.isEmpty {
        return left.map { "\($0.name) on \(name), which is to be removed" }
      }
      return isListed(name, left) ? [] : ["the list of \(name)"]
    }
  }

  private func isListed(_ name: String, _ left: [ExternalResource]) -> Bool {
    let list = engine.providers.first { $0.name.text == name }?.orphans ?? OrphanList()
    return list.all.allSatisfy(\.isConfirmed) && list.all.count == left.count
      && left.allSatisfy { one in list.all.contains { $0.thing == one } }
  }

  /// A person has everything removed that is listed and is not on its way out.
  func removeAllOrphans() {
    for provider in engine.providers {
      for orphan in provider.orphans.confirmed {
        if case .asked = orphan.removal { continue }
        let reply = ask(.removeOrphan(OrphanName(orphan.thing, on: provider.name)))
        if !reply.isAccepted {
          complain(.orphans, "\(orphan.thing.name) is listed and cannot be removed: \(reply)")
        }
      }
    }
  }
}
