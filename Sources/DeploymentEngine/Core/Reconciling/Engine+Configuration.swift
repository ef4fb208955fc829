import DeploymentInterface
import DequeModule
import SafeTexts

extension Engine {
  /// Loads the content of a store.
  mutating func load(_ state: StoredState) {
    for record in state.providers {
      let place = providerTable.add(record)
      // The calls that hung ended with the engine that made them.
      if record.hung != 0 { providerTable.touch(place) }
      if record.inMaintenance, record.maintenance == nil {
        // An earlier version has begun it, and did not store when.
        providerTable.setMaintenance(place, true, at: now.moment)
      }
    }
    for pool in state.pools { addPool(pool) }
    for deployment in state.deployments { identityTable.hold(deployment) }
    for publication in state.publications {
      guard let index = loadedPool(publication.pool, of: publication.name) else { continue }
      poolTable.add(publication, to: index)
    }
    for index in poolTable.indices {
      poolTable.sortPublications(of: index)
      identityTable.use(poolTable[index].settings.names)
      if let range = poolTable[index].settings.macs { identityTable.use(range) }
    }
    for deployment in state.deployments.sorted(by: { $0.id < $1.id }) { restore(deployment) }
    for provider in providerTable.indices { holdIdentities(provider) }
    for waiter in state.waiters.sorted(by: { $0.position < $1.position }) {
      guard let index = loadedPool(waiter.pool, of: waiter.user.text) else { continue }
      insert(waiter, index)
    }
    for index in poolTable.indices {
      if let restraint = poolTable[index].record.restraint {
        timers.add(restraint.until.at, .pool(index))
      }
      if let restraint = poolTable[index].record.moveRestraint {
        timers.add(restraint.until.at, .pool(index))
      }
      restorePublications(index)
      poolTable.replan(index)
    }
    for provider in providerTable.indices { providerTable.scheduleDispatch(provider) }
  }

  /// The index of the pool of a stored record; a store has no record without its pool.
  private mutating func loadedPool(_ id: PoolID, of record: String) -> Int? {
    let place = poolTable.place(id)
    outbox.invariant(place != nil, "the store has \(record) but not its pool \(id.number)")
    return place
  }

  /// Loads a stored deployment; an operation in flight is checked at once, before any deadline
  /// takes effect.
  private mutating func restore(_ stored: Deployment) {
    guard let index = loadedPool(stored.pool, of: stored.id.description) else { return }
    var deployment = stored
    let afterCheck = now.moment + poolTable[index].settings.deadlines.call + Timing.lastCall
    if let operation = deployment.phase.operation {
      deployment.machine = deployment.machine.mappingDeadlines { deadline in
        var later = deadline
        later.at = max(deadline.at, afterCheck)
        return later
      }
      if !operation.isQueued { deployment.nextActionAt = deadline(in: .zero) }
    }
    if !deployment.phase.isHistory, let limit = deployment.stateDeadline {
      deployment.stateDeadline?.at = max(limit.at, afterCheck)
    }
    let slot = insert(deployment, pool: index)
    if !deployment.phase.isHistory { stands(on: deployment.publication, index) }
    switch deployment.phase {
    case .removable: enqueue(slot, .removal)
    case .preparing where deployment.cancelRequested: enqueue(slot, .removal)
    case .usable(nil): reconcile(slot, isRestored: true)
    case .preparing(let operation, _), .usable(.some(let operation)):
      if operation.isQueued { enqueue(slot, operation.kind.queue) }
    case .removing, .removed, .canceling, .canceled, .error: break
    }
  }

  private mutating func restorePublications(_ index: Int) {
    for publication in poolTable[index].publications.map(\.record) {
      if publication.operation != nil || publication.nextActionAt != nil {
        let at = publication.operation == nil ? publication.nextActionAt?.at : now.moment
        if let at { timers.add(at, .publication(index, publication.revision)) }
      }
      guard publication.operation != nil else { continue }
      let now = deadline(in: .zero)
      _ = poolTable.update(publication.revision, of: index) { $0.record.nextActionAt = now }
    }
  }

  private mutating func addPool(_ stored: Pool) {
    var record = stored
    record.counts = PoolCounts()
    record.waiting = 0
    let settings =
      configuration.pools.first { SafeText($0.name) == record.name }
      ?? PoolConfiguration(
        name: record.name.text, provider: record.provider.text, sizes: record.configuredSizes,
        names: NamePattern(prefix: record.name.text, digits: 3))
    let provider =
      providerTable.place(named: record.provider)
      ?? providerTable.add(ProviderRecord(name: record.provider, limits: ProviderLimits()))
    record.inMaintenance = providerTable[provider].record.inMaintenance
    poolTable.add(record, settings, provider: provider)
  }

  /// Applies a configuration: pools and providers that are new, changed or removed.
  mutating func configure(_ new: Configuration, _ services: [String: ServiceOffer]) {
    var effective = new
    keepDeparted(in: &effective)
    for provider in effective.providers { configure(provider) }
    for settings in effective.pools {
      configure(
        settings, services[settings.name], isConfigured: !effective.departed.contains(settings.name)
      )
    }
    if configuration != effective {
      configuration = effective
      outbox.store(.configuration(effective))
      log(
        .engine,
        "runs on \(counted(effective.pools.count, "pool")) of "
          + counted(effective.providers.count, "provider"))
    }
    for index in poolTable.indices where !poolTable[index].isErased {
      let name = poolTable[index].record.name
      if !effective.pools.contains(where: { SafeText($0.name) == name }) {
        poolTable.leaveConfiguration(index)
      }
      moveIfGone(pool: index)
      eraseIfGone(pool: index)
    }
    eraseProviders(besides: effective)
  }

  /// Keeps pools that are no longer configured, paused, while they have any resources.
  private func keepDeparted(in effective: inout Configuration) {
    for index in poolTable.indices where !poolTable[index].isErased {
      let entry = poolTable[index]
      let name = entry.settings.name
      guard !effective.pools.contains(where: { SafeText($0.name) == entry.record.name }) else {
        continue
      }
      guard entry.hasAnything else { continue }
      effective.pools.append(entry.settings)
      effective.departed.append(name)
      let provider = entry.settings.provider
      if !effective.providers.contains(where: { $0.name == provider }),
        let kept = configuration.providers.first(where: { $0.name == provider })
      {
        effective.providers.append(kept)
        effective.departedProviders.append(provider)
      }
    }
  }

  private mutating func configure(_ provider: ProviderConfiguration) {
    let name = SafeText(provider.name)
    let place =
      providerTable.place(named: name)
      ?? providerTable.add(ProviderRecord(name: name, limits: provider.limits))
    providerTable.configure(place, provider.limits)
  }

  private mutating func configure(
    _ settings: PoolConfiguration, _ offer: ServiceOffer?, isConfigured: Bool
  ) {
    let name = SafeText(settings.name)
    let isNew = poolTable.place(named: name) == nil
    if isNew {
      addPool(
        Pool(
          id: identityTable.nextPool(), name: name, provider: SafeText(settings.provider),
          sizes: settings.sizes))
    }
    guard let index = poolTable.place(named: name) else { return }
    var settings = settings
    let before = poolTable[index].record
    var record = before
    record.problem = nil
    if SafeText(settings.provider) != record.provider {
      if poolTable[index].hasAnything {
        record.problem = poolTable[index].staysSentence(settings.provider)
        settings.provider = record.provider.text
      } else {
        move(pool: index, to: SafeText(settings.provider))
        record.provider = poolTable[index].record.provider
        record.inMaintenance = poolTable[index].record.inMaintenance
        record.placesUntilRenewed = 0
      }
    }
    switch offer {
    case .traits(let traits): record.traits = traits
    case .problem(let problem):
      record.problem = problem
      if isConfigured { record.traits = record.traits ?? nil }
    case nil: break
    }
    record.configuredSizes =
      isConfigured || settings.onRemoved == .keep
      ? settings.sizes : Sizes(max: settings.sizes.max)
    record.isConfigured = isConfigured
    if record != before, !isNew { record.revision += 1 }
    let settingsBefore = poolTable[index].settings
    poolTable.configure(index, record, settings)
    if settings.users != settingsBefore.users { holdAnew(index) }
    followPolicy(index, before: settingsBefore)
    if record.traits != before.traits { endWhatIsNotOffered(index) }
    identityTable.use(settings.names)
    if let range = settings.macs { identityTable.use(range) }
    if isNew { log(.pool, "pool \(name) was added", pool: index) }
    if !isConfigured, before.isConfigured {
      let cached = before.counts.l1 + before.counts.l2
      let rest =
        settings.onRemoved == .keep || cached == 0
        ? "" : "; \(counted(cached, "cached deployment")) will be removed"
      log(
        .pool, "it left the configuration: paused until it is empty\(rest)", level: .warning,
        pool: index)
    }
    poolTable.replan(index)
  }

  /// Erases a pool that is no longer configured after its last deployment.
  mutating func eraseIfGone(pool index: Int) {
    guard !poolTable[index].record.isConfigured, !poolTable[index].isErased else { return }
    let entry = poolTable[index]
    guard !entry.hasAnything else { return }
    guard !deploymentTable.hasAny(ofPool: index) else { return }
    for waiter in entry.waiters { outbox.store(.erasedWaiter(entry.record.id, waiter.user)) }
    for publication in entry.publications {
      outbox.store(.erasedPublication(entry.record.id, publication.record.revision))
    }
    poolTable.erase(index)
    recountKept(index)
    providerTable.removeWaitingPool(index, entry.provider)
    outbox.store(.erasedPool(entry.record.id))
    configuration.pools.removeAll { SafeText($0.name) == entry.record.name }
    configuration.departed.removeAll { $0 == entry.settings.name }
    eraseDepartedProvider(of: entry)
    outbox.store(.configuration(configuration))
  }

  /// Erases a provider that was kept only for departed pools after the last of them.
  private mutating func eraseDepartedProvider(of entry: PoolEntry) {
    let name = entry.settings.provider
    guard configuration.departedProviders.contains(name),
      !configuration.pools.contains(where: { $0.provider == name })
    else { return }
    configuration.providers.removeAll { $0.name == name }
    configuration.departedProviders.removeAll { $0 == name }
    eraseProviders(besides: configuration)
  }

  private mutating func eraseProviders(besides effective: Configuration) {
    for provider in providerTable.indices where !providerTable[provider].isErased {
      let name = providerTable[provider].record.name
      guard !effective.providers.contains(where: { SafeText($0.name) == name }),
        !poolTable.contains(where: { !$0.isErased && $0.provider == provider })
      else { continue }
      providerTable.erase(provider)
      outbox.store(.erasedProvider(name))
    }
  }
}

extension PoolTable {
  /// The sizes that the planner keeps: a pool that left the configuration caches nothing, unless it
  /// says otherwise.
  func plannedSizes(of index: Int) -> Sizes {
    let sizes = self[index].record.sizes
    return self[index].record.isConfigured || self[index].settings.onRemoved == .keep
      ? sizes : Sizes(max: sizes.max)
  }
}

extension IdentityTable {
  /// Holds the identity of a stored deployment; history holds nothing.
  mutating func hold(_ deployment: Deployment) {
    if !deployment.phase.isHistory { hold(deployment.identity) }
  }
}

/// A number with its noun, such as `2 pools`.
private func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}
