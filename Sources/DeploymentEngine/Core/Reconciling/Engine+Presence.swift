import DeploymentInterface
import SafeTexts

/// Deployments that a provider no longer lists, and providers that are doubted because they list
/// too little all at once.
extension Engine {
  /// Compares the records of a provider with what it lists: what should exist and is not listed is
  /// checked by a call, and what was lost and is listed again is tried again.
  /// - Parameter began: when the listing began; what was called since is not judged by it.
  mutating func judgePresence(_ things: [ExternalResource], _ provider: Int, since began: Moment) {
    var listed = Set<DeploymentID>()
    for thing in things {
      if case .deployment(let id) = thing.purpose { listed.insert(id) }
    }
    var expected = 0
    var lost: [Int] = []
    var found: [Int] = []
    for slot in deploymentTable.inUse where providerPlace(of: slot) == provider {
      guard isSettled(slot, since: began) else { continue }
      let isListed = listed.contains(deploymentTable[slot].id)
      switch deploymentTable[slot].phase {
      case .usable:
        expected += 1
        if isListed {
          deploymentTable.updateRuntime(slot) {
            $0.isKnownUnlisted = false
            $0.looksWhileListed = 0
          }
        } else if !deploymentTable.runtime(slot).isKnownUnlisted {
          lost.append(slot)
        }
      case .error(let failed) where failed.failure == .gone && failed.operation.isRepeatable:
        // Each check puts its removal off, so a list that is wrong must not go on for ever.
        let looks = isListed ? deploymentTable.runtime(slot).looksWhileListed + 1 : 0
        deploymentTable.updateRuntime(slot) { $0.looksWhileListed = looks }
        if (1...Timing.looksWhileListed).contains(looks), !deploymentTable[slot].isGivenUp {
          found.append(slot)
        }
      case .preparing, .removable, .removing, .removed, .canceling, .canceled, .error: break
      }
    }
    if Self.isMassLoss(lost.count, of: expected) {
      doubt(provider, SafeText("its list lost \(lost.count) of \(expected) deployments"))
    }
    for slot in lost {
      deploymentTable.updateRuntime(slot) {
        $0.isKnownUnlisted = true
        $0.reportedChange = "its provider no longer lists it"
        $0.nextLookAt = nil
      }
      verifyIfReported(slot)
      reschedule(slot)
    }
    for slot in found { lookAgain(slot, because: "its provider lists it again") }
    endDoubtInTime(provider)
  }

  private static func isMassLoss(_ lost: Int, of expected: Int) -> Bool {
    lost >= Timing.doubt.least && lost * 2 >= expected
  }

  /// Nothing was called on it since then, so that a listing speaks of it as it is.
  private func isSettled(_ slot: Int, since began: Moment) -> Bool {
    guard !deploymentTable.isCalled(slot) else { return false }
    return deploymentTable.runtime(slot).lastCallAt.map { $0 < began } ?? true
  }

  // MARK: Doubt

  /// A provider may be wrong about what it says is gone: until that is clear nothing is removed or
  /// made anew there.
  mutating func doubt(_ provider: Int, _ reason: SafeText) {
    guard providerTable[provider].doubt == nil else { return }
    providerTable.doubt(provider, reason, since: now.moment)
    log(
      .provider,
      "\(providerTable[provider].record.name) is doubted: \(reason). Nothing is removed or created "
        + "there until two checks agree", level: .warning)
    timers.add(now.moment + Timing.doubt.confirmed, .inventory(provider))
    planInventory(provider, in: Timing.doubt.confirmed)
    replanAll(provider)
  }

  /// Whether what a deployment's provider says is gone is not believed yet.
  func isDoubted(_ slot: Int) -> Bool {
    guard case .error(let failed) = deploymentTable[slot].phase, failed.failure == .gone else {
      return false
    }
    return providerTable[providerPlace(of: slot)].doubt != nil
  }

  /// A call found that a deployment is gone, or that it is there. What stays gone says nothing new
  /// about its provider.
  mutating func noteLook(_ slot: Int, isGone: Bool) {
    if isGone, deploymentTable.runtime(slot).isKnownGone { return }
    deploymentTable.updateRuntime(slot) { $0.isKnownGone = isGone }
    let provider = providerPlace(of: slot)
    providerTable.noteLook(provider, isGone: isGone, at: now.moment)
    guard isGone else { return }
    let looks = providerTable.looks(provider)
    guard Self.isMassLoss(looks.gone, of: looks.all) else { return }
    doubt(
      provider, SafeText("\(looks.gone) of \(looks.all) checked deployments are gone at once"))
  }

  /// Ends a doubt that is old enough.
  private mutating func endDoubtInTime(_ provider: Int) {
    guard let since = providerTable[provider].doubtedSince,
      since + Timing.doubt.confirmed <= now.moment
    else { return }
    endDoubt(provider)
  }

  /// Where nothing can be listed, time ends a doubt: what is gone is checked once more then.
  mutating func endDoubtWithoutListing(_ provider: Int) {
    guard !providerTable[provider].inventory.isOffered else { return }
    endDoubtInTime(provider)
  }

  private mutating func endDoubt(_ provider: Int) {
    providerTable.endDoubt(provider)
    log(.provider, "\(providerTable[provider].record.name) is no longer doubted")
    for slot in deploymentTable.inUse where providerPlace(of: slot) == provider {
      guard case .error(let failed) = deploymentTable[slot].phase, failed.failure == .gone else {
        continue
      }
      if deploymentTable[slot].isGivenUp
        || providerTable[provider].inventory.isOffered && deploymentTable[slot].isDisposable
      {
        if !deploymentTable.isCalled(slot) {
          enqueueRemoval(slot, because: "its provider still does not list it")
        }
      } else {
        lookAgain(slot, because: "it is checked once more")
      }
    }
    replanAll(provider)
    providerTable.scheduleDispatch(provider)
  }

  // MARK: Looking again

  /// Tries again what failed when it was usable, because it may be there again.
  mutating func lookAgain(_ slot: Int, because reason: String) {
    guard case .error(let failed) = deploymentTable[slot].phase, failed.operation.isRepeatable,
      !deploymentTable.isCalled(slot), !provider(of: slot).inMaintenance,
      !deploymentTable[slot].isGivenUp
    else { return }
    if case .moveToCache = failed.operation {
      guard pool(of: slot).record.traits?.offers(failed.operation) ?? false else { return }
    }
    log(.state, "checking it again: \(reason)", slot: slot)
    switch failed.operation {
    case .moveToCache(let level):
      change(slot) { $0.placement = .cache(level, reservedFor: nil) }
      queueToPrepare(slot, failed.operation)
    case .setReady, .notifyReadyFromOSManager: retryInside(slot, failed.operation)
    case .deployForCache, .deployForUser, .cancel, .destroy, .publish: break
    }
  }
}

extension OperationKind {
  /// Doing it once more on a deployment that was usable is harmless: it only finds out.
  var isRepeatable: Bool {
    switch self {
    case .moveToCache, .setReady, .notifyReadyFromOSManager: true
    case .deployForCache, .deployForUser, .cancel, .destroy, .publish: false
    }
  }
}
