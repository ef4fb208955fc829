import DequeModule

extension Engine {
  /// Takes in what a store holds.
  mutating func load(_ state: StoredState) {
    for record in state.providers { _ = addHost(record) }
    for pool in state.pools { addPool(pool) }
    for deployment in state.deployments { identities.hold(deployment) }
    for publication in state.publications {
      guard let index = poolByID[publication.pool] else { continue }
      var publication = publication
      publication.standing = 0
      boxes[index].publications.append(publication)
    }
    for index in boxes.indices {
      boxes[index].publications.sort { $0.revision < $1.revision }
      identities.use(boxes[index].settings.names)
      if let range = boxes[index].settings.macs { identities.use(range) }
    }
    for deployment in state.deployments.sorted(by: { $0.id < $1.id }) { restore(deployment) }
    for host in hosts.indices { holdNamesOfOrphans(host) }
    for waiter in state.waiters.sorted(by: { $0.position < $1.position }) {
      guard let index = poolByID[waiter.pool] else { continue }
      insert(waiter, index)
      addDue(waiter.patience.at, .pool(index))
    }
    for index in boxes.indices {
      if let restraint = boxes[index].record.restraint { addDue(restraint.until.at, .pool(index)) }
      restorePublications(index)
      replan(index)
    }
    for host in hosts.indices { pump(host) }
  }

  /// A stored deployment; whatever was in flight gets its next check at once, before any deadline
  /// acts.
  private mutating func restore(_ stored: Deployment) {
    guard let index = poolByID[stored.pool] else { return }
    var deployment = stored
    let afterCheck = now.moment + boxes[index].settings.deadlines.call + Pauses.lastCall
    if var operation = deployment.phase.operation {
      operation.deadline.at = max(operation.deadline.at, afterCheck)
      deployment.phase = deployment.phase.with(operation)
      if operation.step != .queued { deployment.next = deadline(in: .zero) }
    }
    if !deployment.phase.isHistory, let patience = deployment.patience {
      deployment.patience?.at = max(patience.at, afterCheck)
    }
    let slot = insert(deployment, pool: index)
    if let revision = deployment.publication, !deployment.phase.isHistory,
      let place = boxes[index].publications.firstIndex(where: { $0.revision == revision })
    {
      boxes[index].publications[place].standing += 1
    }
    switch deployment.phase {
    case .removable: queueRemoval(slot)
    case .preparing where deployment.cancelRequested: queueRemoval(slot)
    case .usable(nil): settle(slot)
    case .preparing(let operation, _), .usable(.some(let operation)):
      if operation.step == .queued { queueStart(slot, operation.kind) }
    case .removing, .removed, .canceling, .canceled, .error: break
    }
  }

  private mutating func restorePublications(_ index: Int) {
    for publication in boxes[index].publications {
      if publication.operation != nil || publication.next != nil {
        let at = publication.operation == nil ? publication.next?.at : now.moment
        if let at { addDue(at, .publication(index, publication.revision)) }
      }
      guard publication.operation != nil else { continue }
      if let place = boxes[index].publications.firstIndex(where: {
        $0.revision == publication.revision
      }) {
        boxes[index].publications[place].next = deadline(in: .zero)
      }
    }
  }

  private mutating func addHost(_ record: ProviderRecord) -> Int {
    var record = record
    (record.preparing, record.removing, record.deployments) = (0, 0, 0)
    hosts.append(HostBox(record: record))
    hostByName[record.name] = hosts.count - 1
    return hosts.count - 1
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
    let host =
      hostByName[record.provider]
      ?? addHost(ProviderRecord(name: record.provider, limits: ProviderLimits()))
    record.inMaintenance = hosts[host].record.inMaintenance
    boxes.append(
      PoolBox(record: record, settings: settings, host: host))
    poolByID[record.id] = boxes.count - 1
    poolByName[record.name] = boxes.count - 1
  }

  /// A configuration to run on: new pools and providers, changed ones, and those that left.
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
      otherChanges.append(.configuration(effective))
      log(
        .engine,
        "runs on \(counted(effective.pools.count, "pool")) of "
          + counted(effective.providers.count, "provider"))
    }
    for index in boxes.indices where !boxes[index].isErased {
      let name = boxes[index].record.name
      if !effective.pools.contains(where: { SafeText($0.name) == name }) {
        boxes[index].record.isConfigured = false
        replan(index)
      }
      moveIfGone(pool: index)
      eraseIfGone(pool: index)
    }
    eraseProviders(besides: effective)
  }

  /// Pools that are no longer named stay, paused, while they have anything outside.
  private func keepDeparted(in effective: inout Configuration) {
    for box in boxes where !box.isErased {
      let name = box.settings.name
      guard !effective.pools.contains(where: { SafeText($0.name) == box.record.name }) else {
        continue
      }
      guard box.hasAnything else { continue }
      effective.pools.append(box.settings)
      effective.departed.append(name)
      let provider = box.settings.provider
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
    let host = hostByName[name] ?? addHost(ProviderRecord(name: name, limits: provider.limits))
    hosts[host].isErased = false
    hosts[host].record.limits = provider.limits
    touch(host: host)
    pump(host)
  }

  private mutating func configure(
    _ settings: PoolConfiguration, _ offer: ServiceOffer?, isConfigured: Bool
  ) {
    let name = SafeText(settings.name)
    let isNew = poolByName[name] == nil
    if isNew {
      addPool(
        Pool(
          id: PoolID(counters.pool), name: name, provider: SafeText(settings.provider),
          sizes: settings.sizes))
      counters.pool += 1
      areCountersDirty = true
    }
    guard let index = poolByName[name] else { return }
    var settings = settings
    let before = boxes[index].record
    var record = before
    record.problem = nil
    if SafeText(settings.provider) != record.provider {
      if boxes[index].hasAnything {
        record.problem = boxes[index].staysSentence(settings.provider)
        settings.provider = record.provider.text
      } else {
        move(pool: index, to: SafeText(settings.provider))
        record.provider = boxes[index].record.provider
        record.inMaintenance = boxes[index].record.inMaintenance
      }
    }
    switch offer {
    case .traits(let traits): record.traits = traits
    case .problem(let problem):
      record.problem = problem
      if isConfigured { record.traits = record.traits ?? nil }
    case nil: break
    }
    record.configuredSizes = settings.sizes
    record.isConfigured = isConfigured
    if record != before, !isNew { record.revision += 1 }
    let settingsBefore = boxes[index].settings
    boxes[index].record = record
    boxes[index].settings = settings
    followPolicy(index, before: settingsBefore)
    if record.traits != before.traits { endWhatIsNotOffered(index) }
    identities.use(settings.names)
    if let range = settings.macs { identities.use(range) }
    if isNew { log(.pool, "pool \(name) is there", pool: index) }
    if !isConfigured, before.isConfigured {
      log(.pool, "it left the configuration: kept, paused", level: .warning, pool: index)
    }
    replan(index)
  }

  /// A pool that left the configuration goes with its last deployment.
  mutating func eraseIfGone(pool index: Int) {
    guard !boxes[index].record.isConfigured, !boxes[index].isErased else { return }
    let box = boxes[index]
    guard !box.hasAnything else { return }
    guard !slotOf.values.contains(where: { live[$0].pool == index }) else { return }
    boxes[index].isErased = true
    poolByID[box.record.id] = nil
    poolByName[box.record.name] = nil
    for waiter in box.waiters { otherChanges.append(.erasedWaiter(box.record.id, waiter.user)) }
    for publication in box.publications {
      otherChanges.append(.erasedPublication(box.record.id, publication.revision))
    }
    boxes[index].record.plan = PoolPlan()
    boxes[index].waiters = []
    boxes[index].waitingUsers = []
    boxes[index].publications = []
    hosts[box.host].waitingPools.removeAll { $0 == index }
    otherChanges.append(.erasedPool(box.record.id))
    configuration.pools.removeAll { SafeText($0.name) == box.record.name }
    configuration.departed.removeAll { $0 == box.settings.name }
    eraseDepartedProvider(of: box)
    otherChanges.append(.configuration(configuration))
  }

  /// One that was kept only for departed pools goes with the last of them.
  private mutating func eraseDepartedProvider(of box: PoolBox) {
    let name = box.settings.provider
    guard configuration.departedProviders.contains(name),
      !configuration.pools.contains(where: { $0.provider == name })
    else { return }
    configuration.providers.removeAll { $0.name == name }
    configuration.departedProviders.removeAll { $0 == name }
    eraseProviders(besides: configuration)
  }

  private mutating func eraseProviders(besides effective: Configuration) {
    for host in hosts.indices where !hosts[host].isErased {
      let name = hosts[host].record.name
      guard !effective.providers.contains(where: { SafeText($0.name) == name }),
        !boxes.contains(where: { !$0.isErased && $0.host == host })
      else { continue }
      hosts[host].isErased = true
      hostByName[name] = nil
      otherChanges.append(.erasedProvider(name))
    }
  }
}

extension PoolBox {
  /// Something of it still exists outside.
  var hasAnything: Bool {
    record.counts.existing > 0 || publications.contains { $0.state != .removed }
  }
}

extension IdentityPools {
  /// Notes what a stored deployment holds; history holds nothing.
  mutating func hold(_ deployment: Deployment) {
    if !deployment.phase.isHistory { hold(deployment.identity) }
  }
}

/// A number with its noun, as a sentence has it.
private func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}
