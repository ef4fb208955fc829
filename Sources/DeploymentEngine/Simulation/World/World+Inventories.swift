package import DeploymentEngine
package import DeploymentInterface
package import SafeTexts

/// The answers of providers that can list, and their effects outside.
extension World {
  /// The event that gives the engine the configuration file.
  package var configured: Event {
    .configured(file, services: services, inventories: lists)
  }

  /// Sets the providers that can list their external resources.
  package func list(_ providers: Set<String>) {
    lists = providers
    everLists.formUnion(providers)
  }

  /// Notes the provider of a call's pool.
  func noteHome(of call: Call) {
    guard !everLists.isEmpty, let provider = store.pools[call.pool]?.record.provider else { return }
    driver.resources.settle(call.pool, on: everLists.contains(provider.text) ? provider : nil)
  }

  /// Makes an inventory call. While another is in flight on the provider, it fails.
  func launch(_ call: InventoryCall) {
    if checks { complaints(about: call).forEach { complain(.orphans, $0) } }
    awaited.ask(call, at: now.moment)
    onEvent?(.asked(call))
    var plan = driver.inventories.plan(of: call)
    if inventoryFlights.contains(where: { $0.call.provider == call.provider }) {
      plan = Inventories.Plan(delay: .zero, refusal: InventoryTrouble.busy, isDone: false)
    } else if plan.isFaulty {
      noteFault(.inventory)
    }
    inventoryFlights.append(
      InventoryFlight(call: call, due: plan.delay.map { now.moment + $0 }, plan: plan))
  }

  /// An inventory call that is due.
  var dueInventory: InventoryFlight? {
    inventoryFlights.first { ($0.due ?? .never) <= now.moment }
  }

  /// Ends an inventory call with its planned answer.
  package func comeBack(_ flight: InventoryFlight) {
    guard let place = inventoryFlights.firstIndex(where: { $0.call == flight.call }) else { return }
    inventoryFlights.remove(at: place)
    let answer = answer(to: flight)
    if let onEvent {
      let orphans = answer.things.filter { !store.hasRecord(of: $0.purpose) }
      onEvent(.found(flight.call, answer, orphans: orphans))
    }
    step(.inventoried(flight.call.id, answer))
    if flight.plan.isTwice { step(.inventoried(flight.call.id, answer)) }
  }

  private func answer(to flight: InventoryFlight) -> InventoryAnswer {
    let (provider, plan) = (flight.call.provider, flight.plan)
    switch flight.call.task {
    case .list:
      if let refusal = plan.refusal { return .failed(refusal) }
      let time = driver.resources.now.milliseconds - plan.lag.milliseconds
      let seen = driver.resources.things(on: provider, at: TimeSpan(milliseconds: time))
      return .things(seen + driver.inventories.foreignResources(on: provider))
    case .remove(let thing):
      let isOther = plan.isDone && removeOutside(thing, on: provider)
      if let refusal = plan.refusal { return .failed(refusal) }
      return isOther ? .failed(InventoryTrouble.other) : .removed
    }
  }

  /// - Returns: whether something else has its name.
  private func removeOutside(_ thing: ExternalResource, on provider: SafeText) -> Bool {
    if checks, store.hasRecord(of: thing.purpose) {
      complain(.orphans, "\(thing.purpose) has a record when \(thing.name) is removed as an orphan")
    }
    return driver.remove(thing, on: provider)
  }

  /// The process died: removals in flight may still be done.
  func loseInventories() {
    let lost = inventoryFlights
    inventoryFlights = []
    awaited = AwaitedInventories()
    for flight in lost {
      guard case .remove(let thing) = flight.call.task, flight.plan.isDone,
        driver.inventories.reaches()
      else { continue }
      _ = removeOutside(thing, on: flight.call.provider)
    }
  }

  /// Applies the effect of a call. The external resources of an abandoned target belong to nobody,
  /// even those of a late call.
  func execute(_ call: Call, _ answer: TaskState?) {
    driver.execute(call, answer)
    if abandoned.contains(call.subject) { driver.disown(call.subject) }
  }

  /// Whether nobody cleans up after a forgotten deployment: every second one on a provider that can
  /// list.
  func isAbandoned(_ id: DeploymentID) -> Bool {
    guard let pool = store.deployments[id]?.record.pool,
      let provider = store.pools[pool]?.record.provider
    else { return false }
    return everLists.contains(provider.text) && id.number.isMultiple(of: 2)
  }

  /// A user who forgets a deployment has removed it by hand, and also removes what a late call
  /// makes. Abandoned ones are the exception.
  func cleanUpAfterForgetting(_ outcome: Effects, _ told: [Told]) {
    for one in told {
      guard case .request(let request) = one.event, case .forget(let id) = request.verb,
        case .accepted? = outcome.answers.first(where: { $0.key == request.key })?.reply
      else { continue }
      if isAbandoned(id) {
        driver.disown(.deployment(id))
        abandoned.insert(.deployment(id))
        continue
      }
      driver.cleanUpByHand(.deployment(id))
      forgotten.insert(.deployment(id))
    }
  }

  /// Gives an adopted resource to its new record, if it exists.
  func adoptOutside(_ outcome: Effects, _ told: [Told]) {
    for one in told {
      guard let adoption = one.adoption(in: outcome),
        let record = store.deployments[adoption.id]?.record
      else { continue }
      abandoned.remove(.deployment(adoption.id))
      forgotten.remove(.deployment(adoption.id))
      oracle.adopted(.deployment(adoption.id))
      driver.adopt(adoption.id, record.identity, on: adoption.orphan.provider)
    }
  }

  /// The orphans on a provider that can list, sorted by name.
  package func leftovers(on provider: SafeText) -> [ExternalResource] {
    driver.resources.things(on: provider).filter { !store.hasRecord(of: $0.purpose) }
      .sorted { $0.name < $1.name }
  }
}

extension World.Told {
  /// The adoption that the event has caused, if it is one.
  func adoption(
    in outcome: Effects
  ) -> (id: DeploymentID, orphan: OrphanName, user: SafeText)? {
    guard case .request(let request) = event, case .adopt(let orphan, let user) = request.verb,
      case .accepted(let id?, _)? = outcome.answers.first(where: { $0.key == request.key })?.reply
    else { return nil }
    return (id, orphan, user)
  }
}

extension StoreCopy {
  /// Whether the store has a record for this purpose that is not history.
  func hasRecord(of purpose: ExternalResource.Purpose) -> Bool {
    switch purpose {
    case .deployment(let id): deployments[id]?.record.exists ?? false
    case .publication(let name):
      publications.values.contains { $0.record.name == name && $0.record.state != .removed }
    }
  }
}

extension InventoryAnswer {
  /// The listed resources.
  fileprivate var things: [ExternalResource] {
    switch self {
    case .things(let things): things
    case .removed, .failed: []
    }
  }
}
