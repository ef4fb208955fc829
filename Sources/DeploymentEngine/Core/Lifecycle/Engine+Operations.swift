import DeploymentInterface
import SafeTexts

extension Engine {
  /// Feeds an input to the machine of a deployment, and carries out the transition.
  mutating func feed(_ slot: Int, _ input: (inout Deployment, EngineTime) -> Transition) {
    var transition = Transition.none
    change(slot) { transition = input(&$0, $1) }
    if let sentence = transition.broken {
      outbox.breakInvariant("\(deploymentTable[slot].id): \(sentence)")
    }
    if transition.calls { call(slot) }
    if let queue = transition.queue { enqueue(slot, queue) }
  }

  /// Starts a preparing operation, which is called at once.
  mutating func prepare(_ slot: Int, _ kind: OperationKind) {
    let length = deadlines(of: slot).preparing
    forgetReport(slot)
    feed(slot) { $0.prepare(kind, within: length, at: $1) }
  }

  /// Starts an operation during which the deployment stays usable.
  mutating func use(_ slot: Int, _ kind: OperationKind) {
    let length = deadlines(of: slot).preparing
    forgetReport(slot)
    feed(slot) { $0.use(kind, within: length, at: $1) }
  }

  /// The same when its provider has room: in this very step if it has room now.
  mutating func queueToPrepare(_ slot: Int, _ kind: OperationKind) {
    let length = deadlines(of: slot).preparing
    let provider = provider(of: slot).name
    feed(slot) { $0.queueToPrepare(kind, within: length, on: provider, at: $1) }
  }

  /// The same when its provider has room: in this very step if it has room now.
  mutating func queueToUse(_ slot: Int, _ kind: OperationKind) {
    let length = deadlines(of: slot).preparing
    let provider = provider(of: slot).name
    feed(slot) { $0.queueToUse(kind, within: length, on: provider, at: $1) }
  }

  /// Starts the queued operation.
  mutating func beginQueued(_ slot: Int) {
    let length = deadlines(of: slot).preparing
    forgetReport(slot)
    feed(slot) { $0.beginQueued(within: length, at: $1) }
  }

  /// Its provider has a place for the call that failed for now.
  mutating func tryAgain(_ slot: Int) { feed(slot) { $0.tryAgain(at: $1) } }

  /// Its provider has room to remove it, or to cancel its operation.
  mutating func beginRemoval(_ slot: Int) {
    let length = deadlines(of: slot).removing
    forgetReport(slot)
    feed(slot) { $0.beginRemoval(within: length, at: $1) }
  }

  /// The operation that starts now verifies what the driver reported.
  private mutating func forgetReport(_ slot: Int) {
    deploymentTable.updateRuntime(slot) { $0.reportedChange = nil }
  }

  /// Puts the deployment into a queue of its provider. During a call it is not queued for a removal
  /// or a start: the end of the call does that.
  mutating func enqueue(_ slot: Int, _ queue: WorkQueue) {
    if queue != .ready, deploymentTable.isCalled(slot) { return }
    let isAwaited = queue == .start && deploymentTable[slot].holder != nil
    let queue = isAwaited ? .userStart : queue
    guard deploymentTable.enqueue(slot, queue) else { return }
    if queue == .removal, deploymentTable[slot].nextActionAt != nil {
      change(slot) { $0.nextActionAt = nil }
    }
    providerTable.append(deploymentTable[slot].id, to: queue, of: providerPlace(of: slot))
  }

  /// A user waits for it from now on, or no user waits for it any more: if it waits to start, it
  /// goes on waiting among its like.
  mutating func requeue(_ slot: Int) {
    switch deploymentTable.runtime(slot).queue {
    case .start, .userStart: enqueue(slot, .start)
    case .removal, .ready, .stuck, nil: break
    }
  }

  /// Placement and state change in one commit.
  mutating func startMove(
    _ slot: Int, to level: CacheLevel, reservedFor user: SafeText?, _ promise: Promise? = nil,
    because reason: String
  ) {
    change(slot) {
      $0.placement = .cache(level, reservedFor: user)
      $0.promise = promise
    }
    prepare(slot, .moveToCache(level))
    log(.state, "moving to \(level.rawValue): \(reason)", slot: slot)
  }

  /// The driver confirmed the removal: the deployment becomes history and its identity is free
  /// again.
  mutating func markRemoved(_ slot: Int) {
    giveBackIdentity(slot)
    let retention = pool(of: slot).settings.historyRetention
    feed(slot) { $0.end(keptFor: retention, at: $1) }
    followHistory(slot)
  }

  /// A person has cleaned up by hand. Its last call may still be out: nothing is made of its answer
  /// any more, but what identifies it is held until then.
  mutating func markForgotten(_ slot: Int, actor: SafeText) {
    if let call = deploymentTable.endCall(slot) {
      let late = LateCall(
        deployment: deploymentTable[slot].id, identity: deploymentTable[slot].identity,
        provider: providerPlace(of: slot), isHung: call.isHung)
      callTable.forget(call.id, late)
    } else {
      giveBackIdentity(slot)
    }
    let retention = pool(of: slot).settings.historyRetention
    feed(slot) { $0.forget(keptFor: retention, at: $1) }
    followHistory(slot, actor: actor)
  }

  private mutating func giveBackIdentity(_ slot: Int) {
    identityTable.giveBack(deploymentTable[slot].identity)
  }

  private mutating func followHistory(_ slot: Int, actor: SafeText = "engine") {
    let deployment = deploymentTable[slot]
    let sentence =
      "\(deployment.state.rawValue): the name \(deployment.identity.name) is free again"
    outbox.follow(with: .journal(entry(.state, sentence, slot: slot, actor: actor)))
    guard let publication = deployment.publication else { return }
    let pool = deploymentTable.pool(of: slot)
    outbox.follow(with: .publicationLeft(pool: pool, revision: publication))
  }
}
