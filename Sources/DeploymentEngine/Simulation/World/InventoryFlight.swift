package import DeploymentEngine
package import DeploymentInterface
import SafeTexts

/// A listing or removal that a provider has not answered yet.
package struct InventoryFlight {
  package var call: InventoryCall
  /// When it returns; nil if it never returns on its own.
  package var due: Moment?
  var plan: Inventories.Plan

  /// How long the engine waits for the answer.
  static let timeout = TimeSpan.minutes(3)
}

/// The inventory calls whose answers the engine still waits for.
struct AwaitedInventories {
  private struct Asked {
    var call: InventoryCall
    var deadline: Moment
  }
  private var asked: [Asked] = []
  /// Calls that were answered in time and are not stored yet.
  private var taken: [InventoryCall] = []

  mutating func ask(_ call: InventoryCall, at now: Moment) {
    asked.append(Asked(call: call, deadline: now + InventoryFlight.timeout))
  }

  /// Follows an event that the engine handles: takes an awaited answer, and drops calls that are
  /// overdue or whose provider can no longer list.
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

  /// The call with this id, if the engine has taken its answer.
  mutating func answered(_ id: CallID) -> InventoryCall? {
    taken.firstIndex { $0.id == id }.map { taken.remove(at: $0) }
  }
}
