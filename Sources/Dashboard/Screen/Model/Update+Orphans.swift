import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// The list of orphans, and the actions on one of them.
extension ScreenModel {
  /// Lists the orphans, or says why there are none.
  mutating func openOrphans() -> [Command] {
    let found = catalog.orphans
    guard !found.isEmpty else {
      sayWhyNoOrphans()
      return []
    }
    let items = found.map { provider, orphan in
      let name = OrphanName(
        provider: provider.name, kind: orphan.thing.kind, name: orphan.thing.name)
      return Picker.Item(
        choice: .orphan(name), label: SafeText(name.description),
        help: description(of: orphan, on: provider.name))
    }
    let more = catalog.providers.reduce(0) { $0 + $1.orphans.more }
    let rest = more == 0 ? "" : ", and \(more) more"
    modal = .picker(Picker(title: "\(items.count) orphans\(rest)", items: items))
    return [.flushInput]
  }

  private mutating func sayWhyNoOrphans() {
    let listed = catalog.providers.filter { $0.orphans.listedAt != nil }
    let problem = catalog.providers.lazy.compactMap { provider in
      provider.orphans.problem.map { "\(provider.name): \($0)" }
    }.first
    if let problem {
      complain(SafeText(problem))
    } else if listed.isEmpty {
      say("no provider can list its resources, or none has been asked yet")
    } else {
      let names = listed.map(\.name.text).joined(separator: ", ")
      say("no orphans on \(names)", .done)
    }
  }

  /// A short description of an orphan.
  private func description(of orphan: Orphan, on provider: SafeText) -> SafeText {
    let since = ClockText.since(orphan.firstSeen, now: now.utc, zone)
    let start = "on \(provider), \(orphan.thing.purpose), since \(since)"
    switch (orphan.removal, orphan.cause) {
    case (.asked(let actor), _): return "\(start): being removed, requested by \(actor)"
    case (.failed(let reason), _): return "\(start): not removed: \(reason)"
    case (.none, .laterState), (.none, .saidGone): return "\(start): \(orphan.cause.words)"
    case (.none, .noRecord): return "\(start)\(ruleWords(orphan, provider))"
    }
  }

  /// When the provider's rule removes an orphan.
  private func ruleWords(_ orphan: Orphan, _ provider: SafeText) -> String {
    let settings = catalog.configuration.providers.first { SafeText($0.name) == provider }
    guard settings?.orphans.removes ?? false else { return "" }
    let left = orphan.grace.at - now.moment
    return left > .zero ? ": removed in \(left.spoken)" : ": removed at the next check"
  }

  /// Opens the menu of an orphan.
  mutating func openOrphan(_ name: OrphanName) -> [Command] {
    guard let (provider, orphan) = catalog.orphan(name) else {
      complain("\(name) is gone or has a record again")
      return []
    }
    func refusal(_ asked: OrphanRequest) -> SafeText? {
      requestObstacle ?? Permission.refusal(of: asked, on: orphan, of: provider)?.sentence
    }
    modal = .picker(
      Picker(
        title: SafeText(name.description),
        items: [
          item(.removeOrphan, .removeOrphan(name), refusal(.remove)),
          item(.adopt, .adopt(name), refusal(.adopt(user: ""))),
        ]))
    return [.flushInput]
  }

  private func item(
    _ id: ActionID, _ choice: Picker.Choice, _ refusal: SafeText?
  ) -> Picker.Item {
    let action = ActionTable[id]
    return Picker.Item(
      choice: choice, label: SafeText(action.label), help: SafeText(action.help), refusal: refusal)
  }
}
