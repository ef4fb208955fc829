import DeploymentInterface
import SafeTexts

extension Engine {
  /// Answers a request, and carries it out if it is permitted.
  mutating func answer(_ request: Request, _ reply: Reply) {
    outbox.answer(Answer(request.key, reply))
    let subject = request.verb.deployment.flatMap { deploymentTable.slot($0) }
    let pool = request.verb.pool.flatMap { poolTable.place(named: $0) }
    switch reply {
    case .accepted(let id, let note):
      let slot = subject ?? id.flatMap { deploymentTable.slot($0) }
      log(
        .request, "\(request.verb.word): \(note)", slot: slot, pool: pool, actor: request.actor)
    case .refused(let refusal):
      log(
        .request, "\(request.verb.word) refused: \(refusal.sentence)", level: .warning,
        slot: subject, pool: pool, actor: request.actor)
    }
  }

  mutating func reply(to request: Request) -> Reply {
    switch request.verb.kind {
    case .deployment(let id, let asked): return reply(to: asked, about: id, request)
    case .pool(let name, let asked):
      guard let index = poolTable.place(named: name) else {
        return .refused(Refusal(.notFound, "there is no pool \(name)"))
      }
      return reply(to: asked, about: index, request)
    case .provider(let name, .maintenance(let isOn)): return maintain(name, isOn, request)
    case .guest(let uniqueId, let word): return notice(uniqueId, word, keptSince: request.keptSince)
    case .orphan(let name, .remove):
      return orRefused { engine throws(Refusal) in
        try engine.removeOrphan(name, actor: request.actor)
      }
    case .orphan(let name, .noteRemoval): return noteRemoval(name)
    case .orphan(let name, .adopt(let user)):
      return orRefused { engine throws(Refusal) in try engine.adopt(name, for: user) }
    case .engine(.reload):
      let sentence: SafeText = "this engine has no configuration file that it could read again"
      return .refused(Refusal(.notPermitted, sentence))
    }
  }

  private mutating func reply(
    to asked: PoolRequest, about index: Int, _ request: Request
  ) -> Reply {
    // `assign` also serves users who already hold a deployment or wait, and checks this only for
    // new ones.
    if asked.name != .assignFromPool, let refusal = refusal(of: asked, on: index) {
      return .refused(refusal)
    }
    return switch asked {
    case .assign(let user): assign(user, in: index, request.asker)
    case .unwait(let user): unwait(user, in: index, request)
    case .publish: publish(index, request)
    case .forcePublication: forcePublication(index, request)
    case .cancelPublication: cancelPublication(index)
    case .pause: pause(index, true)
    case .resume: pause(index, false)
    case .lift: lift(index)
    case .resize(let sizes): resize(index, sizes)
    }
  }

  /// Why this request about a pool is refused now; nil if it is permitted.
  func refusal(of asked: PoolRequest, on index: Int) -> Refusal? {
    Permission.refusal(
      of: asked, on: poolTable[index].record, publishing: poolTable[index].publishing?.revision)
  }

  private mutating func orRefused(
    _ body: (inout Engine) throws(Refusal) -> Reply
  ) -> Reply {
    do throws(Refusal) { return try body(&self) } catch { return .refused(error) }
  }

  private mutating func reply(
    to asked: DeploymentRequest, about id: DeploymentID, _ request: Request
  ) -> Reply {
    guard let slot = deploymentTable.slot(id) else {
      return .refused(Refusal(.notFound, "there is no deployment \(id)"))
    }
    let deployment = deploymentTable[slot]
    if let seen = request.ifRevision, seen != deployment.revision {
      return .refused(
        Refusal(
          .stale,
          SafeText(
            "\(deployment.name) has changed (you saw revision \(seen), now it is "
              + "\(deployment.revision)): check it again")))
    }
    let pool = poolTable[deploymentTable.pool(of: slot)].record
    if let refusal = Permission.refusal(of: asked, on: deployment, in: pool) {
      return .refused(refusal)
    }
    if let graceful = asked.graceful, let time = request.notBefore, time > now.utc {
      let due = deadline(in: min(time - now.utc, Timing.grace))
      change(slot) {
        $0.pending = PendingRequest(
          key: request.key, actor: request.actor, verb: graceful, due: due)
      }
      return .accepted(
        id, note: "\(graceful.word) in \(due.length.spoken); it can be undone until then")
    }
    return carryOut(asked, on: slot, request)
  }

  private mutating func carryOut(
    _ asked: DeploymentRequest, on slot: Int, _ request: Request
  ) -> Reply {
    let id = deploymentTable[slot].id
    switch asked {
    case .cancel, .destroy, .release:
      return end(slot, asked.name, actor: request.actor)
    case .move(let level): return move(slot, to: level)
    case .ready:
      if deploymentTable[slot].placement.isAssigned {
        let promise = newPromise(in: deploymentTable.pool(of: slot))
        change(slot) {
          $0.placement = $0.placement.with(.wanted)
          $0.promise = promise
        }
        reconcile(slot)
      } else {
        queueToUse(slot, .setReady)
      }
      return .accepted(id, note: "setReady is queued")
    case .assign(let user): return assign(slot, to: user, request.asker)
    case .retry: return retry(slot)
    case .forget:
      // First: if this is the pool's last deployment, the pool may leave the provider.
      markUnverified(slot)
      if deploymentTable[slot].promise != nil { passOn(slot, because: "forget was asked for") }
      markForgotten(slot, actor: request.actor)
      return .accepted(id, note: "forgotten: anything left on the platform has no record now")
    case .undo:
      let word = deploymentTable[slot].pending?.verb.word ?? "request"
      change(slot) { $0.pending = nil }
      reconcile(slot)
      return .accepted(id, note: "\(word) was undone")
    }
  }

  /// Removes a deployment at once or, if an operation runs, when no call is in flight.
  private mutating func end(_ slot: Int, _ name: RequestName, actor: SafeText) -> Reply {
    let id = deploymentTable[slot].id
    let isPreparing = deploymentTable[slot].state == .preparing
    // A released user wants none any more; the others' users get another one.
    if name == .release {
      change(slot) { $0.promise = nil }
    } else if deploymentTable[slot].promise != nil {
      passOn(slot, because: "\(name.rawValue) was asked for")
    }
    remove(slot, because: "\(name.rawValue) was asked for", actor: actor)
    let note: SafeText = isPreparing ? "cancel requested" : "it is being removed"
    return .accepted(id, note: note)
  }

  /// Carries out a request at its not-before time; it changes nothing if it is no longer permitted.
  mutating func carryOut(_ pending: PendingRequest, on slot: Int) {
    change(slot) { $0.pending = nil }
    let asked = pending.verb.request
    let pool = poolTable[deploymentTable.pool(of: slot)].record
    let endsPreparing = asked == .cancel && deploymentTable[slot].state == .usable
    if !endsPreparing,
      let refusal = Permission.refusal(of: asked, on: deploymentTable[slot], in: pool)
    {
      log(
        .request, "\(asked.name.rawValue) not carried out: \(refusal.sentence)", level: .warning,
        slot: slot,
        actor: pending.actor)
      return reconcile(slot)
    }
    if endsPreparing {
      log(.request, "too late to cancel: it is usable", slot: slot, actor: pending.actor)
      return reconcile(slot)
    }
    _ = end(slot, asked.name, actor: pending.actor)
  }

  private mutating func move(_ slot: Int, to level: CacheLevel) -> Reply {
    let provider = providerPlace(of: slot)
    // Placement and state change in one commit, with or without a free place.
    change(slot) { $0.placement = .cache(level, reservedFor: nil) }
    queueToPrepare(slot, .moveToCache(level))
    log(.state, "moving to \(level.rawValue): requested by an operator", slot: slot)
    return .accepted(
      deploymentTable[slot].id,
      note: SafeText("it is moving to \(level.rawValue)\(turnNote(provider, forUser: false))"))
  }

  /// A note about the wait if the provider has no room.
  private func turnNote(_ provider: Int, forUser: Bool) -> String {
    let provider = providerTable[provider].record
    guard !provider.hasRoomToPrepare(forUser: forUser) else { return "" }
    return " as soon as provider \(provider.name) has a place (\(provider.preparingText))"
  }

  /// Repeats the failed operation, with the same identity.
  private mutating func retry(_ slot: Int) -> Reply {
    guard case .error(let failed) = deploymentTable[slot].phase else {
      let sentence = "\(deploymentTable[slot].id) cannot be retried: it is not in error"
      outbox.breakInvariant(sentence)
      return .refused(Refusal(.notPermitted, SafeText(sentence)))
    }
    let name = deploymentTable[slot].name
    if deploymentTable.isCalled(slot) {
      return .refused(
        Refusal(.notPermitted, "the last call on \(name) has not returned: try again later"))
    }
    let provider = providerPlace(of: slot)
    var turn = ""
    switch failed.operation {
    case .deployForCache, .deployForUser, .moveToCache:
      turn = turnNote(provider, forUser: deploymentTable[slot].holder != nil)
      queueToPrepare(slot, failed.operation)
    case .setReady, .notifyReadyFromOSManager: retryInside(slot, failed.operation)
    case .cancel, .destroy, .publish:
      enqueueRemoval(slot, because: "an operator requested a retry of \(failed.operation.word)")
    }
    return .accepted(
      deploymentTable[slot].id, note: SafeText("\(failed.operation.word) is being retried\(turn)"))
  }

  /// A deployment that failed while it was usable becomes usable again and repeats the operation,
  /// unless another deployment holds its unique id or its address.
  mutating func retryInside(_ slot: Int, _ kind: OperationKind) {
    let isTwin = duplicateSentence(slot) != nil
    if isTwin {
      guard kind == .setReady else {
        return prepare(slot, kind)
      }
      queueToPrepare(slot, kind)
    } else if deploymentTable[slot].osState == .preparing {
      waitForOSAgain(slot)
    } else if kind == .setReady, !deploymentTable[slot].placement.isAssigned {
      queueToUse(slot, kind)
    } else if kind == .setReady {
      // Its user waits for it as for any other deployment.
      feed(slot) { deployment, _ in deployment.recover() }
      reconcile(slot)
    } else {
      use(slot, kind)
    }
  }
}
