package import DeploymentEngine
package import DeploymentInterface
package import SafeTexts

/// What providers that can list answer, and what comes of it outside.
extension World {
  /// The configuration as its file has it, as the engine is told it.
  package var configured: Event {
    .configured(file, services: services, inventories: lists)
  }

  /// These providers can list what exists on them, from the first thing on.
  package func list(_ providers: Set<String>) {
    lists = providers
    everLists.formUnion(providers)
  }

  /// Where the things of a call's pool stand.
  func noteHome(of call: Call) {
    guard !everLists.isEmpty, let provider = store.pools[call.pool]?.record.provider else { return }
    driver.stock.settle(call.pool, on: everLists.contains(provider.text) ? provider : nil)
  }

  /// Asks a provider. While one call is out, the next is turned away.
  func launch(_ call: InventoryCall) {
    if checks { complaints(about: call).forEach { complain(.orphans, $0) } }
    awaited.ask(call, at: now.moment)
    happened?(.asked(call))
    var plan = driver.inventories.plan(of: call)
    if inventoryFlights.contains(where: { $0.call.provider == call.provider }) {
      plan = Inventories.Plan(delay: .zero, refusal: InventoryTrouble.busy, isDone: false)
    } else if plan.isFaulty {
      befall(.inventory)
    }
    inventoryFlights.append(
      InventoryFlight(call: call, due: plan.delay.map { now.moment + $0 }, plan: plan))
  }

  /// What is answered by now.
  var dueInventory: InventoryFlight? {
    inventoryFlights.first { ($0.due ?? .never) <= now.moment }
  }

  /// A provider answers.
  package func comeBack(_ flight: InventoryFlight) {
    guard let place = inventoryFlights.firstIndex(where: { $0.call == flight.call }) else { return }
    inventoryFlights.remove(at: place)
    let answer = answer(to: flight)
    if let happened {
      let orphans = answer.things.filter { !store.speaks(of: $0.purpose) }
      happened(.found(flight.call, answer, orphans: orphans))
    }
    step(.inventoried(flight.call.id, answer))
    if flight.plan.isTwice { step(.inventoried(flight.call.id, answer)) }
  }

  private func answer(to flight: InventoryFlight) -> InventoryAnswer {
    let (provider, plan) = (flight.call.provider, flight.plan)
    switch flight.call.task {
    case .list:
      if let refusal = plan.refusal { return .failed(refusal) }
      let time = driver.stock.now.milliseconds - plan.lag.milliseconds
      let seen = driver.stock.things(on: provider, at: TimeSpan(milliseconds: time))
      return .things(seen + driver.inventories.strangers(on: provider))
    case .remove(let thing):
      let isOther = plan.isDone && removeOutside(thing, on: provider)
      if let refusal = plan.refusal { return .failed(refusal) }
      return isOther ? .failed(InventoryTrouble.other) : .removed
    }
  }

  /// - Returns: whether something else has its name.
  private func removeOutside(_ thing: ExternalResource, on provider: SafeText) -> Bool {
    if checks, store.speaks(of: thing.purpose) {
      complain(.orphans, "\(thing.purpose) has a record when \(thing.name) is removed as an orphan")
    }
    return driver.remove(thing, on: provider)
  }

  /// The process died: what was asked may still be done.
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

  /// A call has its effect outside. What was given up is nobody's, whatever still comes of it.
  func execute(_ call: Call, _ answer: TaskState?) {
    driver.execute(call, answer)
    if abandoned.contains(call.subject) { driver.disown(call.subject) }
  }

  /// Whether nobody cleans up after one that is forgotten: every other one whose provider can list.
  func isAbandoned(_ id: DeploymentID) -> Bool {
    guard let pool = store.deployments[id]?.record.pool,
      let provider = store.pools[pool]?.record.provider
    else { return false }
    return everLists.contains(provider.text) && id.number.isMultiple(of: 2)
  }

  /// Whoever says that a thing is forgotten has removed it by hand, and removes what comes late.
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

  /// What was adopted is its new record's thing from now on, if there is anything.
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

  /// What exists on a provider that can list, and has no record; sorted by name.
  package func leftovers(on provider: SafeText) -> [ExternalResource] {
    driver.stock.things(on: provider).filter { !store.speaks(of: $0.purpose) }
      .sorted { $0.name < $1.name }
  }
}

extension World.Told {
  /// What was adopted by it, by whom, and as what.
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
  /// Whether a record speaks of what was made for this, and does not say that it is gone.
  func speaks(of purpose: ExternalResource.Purpose) -> Bool {
    switch purpose {
    case .deployment(let id): deployments[id]?.record.exists ?? false
    case .publication(let name):
      publications.values.contains { $0.record.name == name && $0.record.state != .removed }
    }
  }
}

extension InventoryAnswer {
  /// What is listed.
  fileprivate var things: [ExternalResource] {
    switch self {
    case .things(let things): things
    case .removed, .failed: []
    }
  }
}
