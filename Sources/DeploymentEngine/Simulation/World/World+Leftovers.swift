import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// The checks of orphans after faults have stopped.
extension World {
  /// Descriptions of what has not settled: orphans that a rule must remove and that still exist,
  /// and lists that are not up to date.
  ///
  /// - Parameters:
  ///   - isTidied: whether an operator has asked for the removal of all orphans.
  func unsettledOrphans(_ rules: [ProviderConfiguration], isTidied: Bool) -> [String] {
    lists.sorted().flatMap { name -> [String] in
      // The first listing may have begun before faults stopped.
      if orphans.listings[SafeText(name), default: 0] < 2 { return ["the listing of \(name)"] }
      let left = leftovers(on: SafeText(name))
      guard !left.isEmpty || isListed(name, []) else { return ["the list of \(name)"] }
      let rule = rules.first { $0.name == name }?.orphans ?? OrphanRule()
      if isTidied || rule.removes && left.count <= rule.most, !left.isEmpty {
        return left.map { "\($0.name) on \(name), which must be removed" }
      }
      return isListed(name, left) ? [] : ["the list of \(name)"]
    }
  }

  private func isListed(_ name: String, _ left: [ExternalResource]) -> Bool {
    let list = engine.providers.first { $0.name.text == name }?.orphans ?? OrphanList()
    return list.all.allSatisfy(\.isConfirmed) && list.all.count == left.count
      && left.allSatisfy { one in list.all.contains { $0.thing == one } }
  }

  /// An operator requests the removal of all listed orphans that are not being removed.
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
