package import DeploymentEngine
package import DeploymentInterface
import SafeTexts

/// A question about what exists, or a removal, that was asked of a provider and is out.
package struct InventoryFlight {
  package var call: InventoryCall
  /// When it comes back; nil: never by itself.
  package var due: Moment?
  var plan: Inventories.Plan

  /// How long the engine waits for it.
  static let patience = TimeSpan.minutes(3)
}

/// What an engine has asked of providers, as far as it still waits for the answers.
struct AwaitedInventories {
  private struct Asked {
    var call: InventoryCall
    var deadline: Moment
  }
  private var asked: [Asked] = []
  /// Answered in time, and not stored yet.
  private var taken: [InventoryCall] = []

  mutating func ask(_ call: InventoryCall, at now: Moment) {
    asked.append(Asked(call: call, deadline: now + InventoryFlight.patience))
  }

  /// The engine is told something: an answer that it still waits for is taken, and what is overdue
  /// then, or can no longer be asked for, is given up.
  mutating func tell(_ event: Event, at now: Moment) {
    guard !asked.isEmpty else { return }
    if case .inventoried(let id, _) = event,
      let place = asked.firstIndex(where: { $0.call.id == id })
    {
      taken.append(asked.remove(at: place).call)
    }
    if case .configured(_, _, let inventories) = event {
      asked.removeAll { !inventories.contains($0.call.provider.text) }
    }
    asked.removeAll { $0.deadline <= now }
  }

  /// What was asked with this number, if the engine has taken its answer.
  mutating func answered(_ id: CallID) -> InventoryCall? {
    taken.firstIndex { $0.id == id }.map { taken.remove(at: $0) }
  }
}
