import DeploymentInterface
import SafeTexts

/// Creates a deployment in a pool, or says why it cannot be created.
extension Engine {
  /// Why the pool's own state forbids creation now; nil if it does not.
  func creationGate(_ index: Int) -> SafeText? {
    // Every plan asks four times. Its record is read in place: a copy retains each of its parts.
    if let problem = poolTable[index].record.problem { return problem }
    if !poolTable[index].record.isConfigured { return "it is no longer in the configuration" }
    if poolTable[index].record.isPaused { return "paused" }
    if let why = doubtSentence(index) { return why }
    if let restraint = poolTable[index].record.restraint {
      let left = restraint.until.at - now.moment
      return SafeText("restrained for \(left.spoken): \(restraint.reason)")
    }
    guard let traits = poolTable[index].record.traits else {
      return "its service is not loaded yet"
    }
    if traits.publishes, poolTable[index].record.activePublication == nil {
      return "no publication is active: publish \(poolTable[index].record.name)"
    }
    return nil
  }

  /// Why the pool's provider is not believed at the moment; nil if it is.
  func doubtSentence(_ index: Int) -> SafeText? {
    let provider = poolTable[index].provider
    guard let doubt = providerTable[provider].doubt else { return nil }
    return SafeText("provider \(providerTable[provider].record.name) is doubted: \(doubt)")
  }

  /// What is exhausted so that no deployment can be created, and what would help; nil if nothing
  /// is.
  func exhaustion(_ index: Int) -> SafeText? {
    let provider = poolTable[index].provider
    if let why = providerTable[provider].record.exhaustion ?? othersKeep(index) { return why }
    if identityTable.names(of: poolTable[index].settings.names) == 0 {
      return SafeText(
        "all \(poolTable[index].settings.names.capacity) names "
          + "\(poolTable[index].settings.names.prefix)… are in use; raise names.digits"
      )
    }
    if let range = poolTable[index].settings.macs, !identityTable.hasMAC(in: range) {
      return "all addresses of the MAC range are in use; widen macs"
    }
    if poolTable[index].record.traits?.usesPort ?? false, !identityTable.hasPort {
      return "all ports \(Limits.ports) are in use"
    }
    return nil
  }

  /// Which other pools keep the last free places of the pool's provider; nil if they do not.
  private func othersKeep(_ index: Int) -> SafeText? {
    let kept = placesKept(besides: index)
    guard kept > 0 else { return nil }
    let provider = provider(ofPool: index)
    guard provider.places + kept >= provider.limits.deployments else { return nil }
    let keeper = providerTable[poolTable[index].provider].keeper
    // Whose they are comes first: a row of the screen cuts the end.
    let taken = "\(kept) of \(provider.limits.deployments) places on \(provider.name)"
    if let keeper, keeper != index, poolTable[keeper].placesKept == kept,
      poolTable[keeper].provider == poolTable[index].provider
    {
      let name = poolTable[keeper].record.name
      return SafeText(
        "\(name) keeps \(taken) for its new publication: raise limits.deployments, or pause \(name)"
      )
    }
    return SafeText(
      "other pools keep \(taken) for new publications: raise limits.deployments")
  }

  /// The number of places of the pool's provider that other pools keep.
  func placesKept(besides index: Int) -> Int {
    providerTable[poolTable[index].provider].kept - poolTable[index].placesKept
  }

  /// Creates a deployment with its own identity, stored before its first call; nil if something is
  /// exhausted.
  mutating func create(
    in index: Int, _ kind: OperationKind, at placement: Placement, _ promise: Promise? = nil,
    because reason: String
  ) -> Int? {
    identityTable.offerSetAside(by: now.moment)
    guard exhaustion(index) == nil, let identity = takeIdentity(index) else {
      // What counts as free is an upper bound: that it was too high shows only now.
      poolTable.noteExhausted(index)
      return nil
    }
    let length = poolTable[index].settings.deadlines.preparing
    let operation = Operation(kind, deadline: deadline(in: length))
    var deployment = Deployment(
      id: identityTable.nextDeployment(), pool: poolTable[index].record.id, identity: identity,
      placement: placement, phase: .preparing(operation),
      guest: .silent, publication: poolTable[index].record.activePublication,
      because: SafeText(reason),
      at: now.utc)
    deployment.nextActionAt = deadline(in: .zero)
    deployment.promise = promise
    let slot = insert(deployment, pool: index)
    deploymentTable.touch(slot)
    stands(on: deployment.publication, index)
    log(.created, "\(identity.name), \(kind.word): \(reason)", slot: slot)
    call(slot)
    return slot
  }

  private mutating func takeIdentity(_ index: Int) -> Identity? {
    guard let name = identityTable.takeName(of: poolTable[index].settings.names) else { return nil }
    var identity = Identity(name: name)
    if let range = poolTable[index].settings.macs {
      guard let mac = identityTable.takeMAC(in: range) else {
        identityTable.giveBack(identity)
        return nil
      }
      identity.mac = mac
    }
    if poolTable[index].record.traits?.usesPort ?? false {
      identity.port = identityTable.takePort()
    }
    return identity
  }
}
