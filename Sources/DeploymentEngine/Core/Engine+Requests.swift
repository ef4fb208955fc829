extension Engine {
  /// Answers a request, and carries it out where it is permitted.
  mutating func answer(_ request: Request) {
    let reply = reply(to: request)
    answers.append(Answer(request.key, reply))
    let subject = request.verb.deployment.flatMap { slotOf[$0] }
    let pool = request.verb.pool.flatMap { poolByName[$0] }
    switch reply {
    case .accepted(let id, let note):
      let slot = subject ?? id.flatMap { slotOf[$0] }
      log(
        .request, "\(request.verb.word): \(note)", slot: slot, pool: pool, actor: request.actor)
    case .refused(let refusal):
      log(
        .request, "\(request.verb.word) refused: \(refusal.sentence)", level: .warning,
        slot: subject, pool: pool, actor: request.actor)
    }
  }

  private mutating func reply(to request: Request) -> Reply {
    if let id = request.verb.deployment {
      return replyAboutDeployment(id, request)
    }
    switch request.verb {
    case .assignFromPool(let name, let user): return onPool(name) { $0.assign(user, $1, request) }
    case .publish(let name): return onPool(name) { $0.publish($1, request) }
    case .cancelPublication(let name): return onPool(name) { $0.cancelPublication($1) }
    case .pause(let name): return onPool(name) { $0.pause($1, true) }
    case .resume(let name): return onPool(name) { $0.pause($1, false) }
    case .lift(let name): return onPool(name) { $0.lift($1) }
    case .resize(let name, let sizes): return onPool(name) { $0.resize($1, sizes) }
    case .maintenance(let name, let isOn): return maintain(name, isOn, request)
    case .notify(let uniqueId, let word): return notice(uniqueId, word)
    case .cancel, .destroy, .move, .ready, .assign, .release, .retry, .forget, .undo:
      return .refused(Refusal(.invalid, "a request about a deployment without one"))
    }
  }

  private mutating func onPool(
    _ name: SafeText, _ body: (inout Engine, Int) -> Reply
  ) -> Reply {
    guard let index = poolByName[name] else {
      return .refused(Refusal(.notFound, "there is no pool \(name)"))
    }
    return body(&self, index)
  }

  private mutating func replyAboutDeployment(_ id: DeploymentID, _ request: Request) -> Reply {
    guard let slot = slotOf[id], let verb = request.verb.onDeployment else {
      return .refused(Refusal(.notFound, "there is no deployment \(id)"))
    }
    let deployment = slots[slot]
    if let seen = request.ifRevision, seen != deployment.revision {
      return .refused(
        Refusal(
          .stale,
          SafeText(
            "\(deployment.name) changed since you looked (revision \(seen), now "
              + "\(deployment.revision)): look again")))
    }
    let pool = boxes[live[slot].pool].record
    if let refusal = Permission.refusal(of: verb, on: deployment, in: pool) {
      return .refused(refusal)
    }
    if let graceful = request.verb.graceful, let time = request.notBefore, time > now.utc {
      let due = deadline(in: min(time - now.utc, Limits.grace))
      change(slot) {
        $0.pending = PendingRequest(
          key: request.key, actor: request.actor, verb: graceful, due: due)
      }
      return .accepted(id, note: "\(graceful.word) in \(due.length.spoken), until then undo")
    }
    return carryOut(verb, on: slot, request)
  }

  private mutating func carryOut(
    _ verb: DeploymentVerb, on slot: Int, _ request: Request
  ) -> Reply {
    let id = slots[slot].id
    switch verb {
    case .cancel, .destroy, .release:
      return end(slot, verb, actor: request.actor)
    case .move(let level): return move(slot, to: level)
    case .ready:
      let settings = boxes[live[slot].pool].settings
      if slots[slot].admission == .wanted {
        // Its user waits for the same: in turn, within the provider's bound.
        settle(slot)
        return .accepted(id, note: "setReady is asked in its turn")
      }
      begin(slot, .setReady, as: { .usable($0) }, within: settings.deadlines.preparing)
      return .accepted(id, note: "setReady is asked")
    case .assign:
      guard case .assign(_, let user) = request.verb else { return .accepted(id, note: "") }
      return assign(slot, to: user)
    case .retry: return retry(slot)
    case .forget:
      gone(slot, as: .removed, actor: request.actor)
      return .accepted(id, note: "forgotten: whatever was left outside is no longer known")
    case .undo:
      let word = slots[slot].pending?.verb.word ?? "request"
      change(slot) { $0.pending = nil }
      settle(slot)
      return .accepted(id, note: "\(word) was taken back")
    }
  }

  /// Ends a deployment at once or, where an operation runs, when no call is in flight.
  private mutating func end(_ slot: Int, _ verb: DeploymentVerb, actor: SafeText) -> Reply {
    let id = slots[slot].id
    let isPreparing = slots[slot].state == .preparing
    letReservationGo(slot)
    remove(slot, because: "\(verb.word) was asked for", actor: actor)
    let note: SafeText = isPreparing ? "cancel requested" : "it is being removed"
    return .accepted(id, note: note)
  }

  /// The not-before time of a request has come; what is no longer permitted then changes nothing.
  mutating func carryOut(_ pending: PendingRequest, on slot: Int) {
    change(slot) { $0.pending = nil }
    let verb = pending.verb.verb
    let pool = boxes[live[slot].pool].record
    let endsPreparing = verb == .cancel && slots[slot].state == .usable
    if !endsPreparing,
      let refusal = Permission.refusal(of: verb, on: slots[slot], in: pool)
    {
      log(
        .request, "\(verb.word) not carried out: \(refusal.sentence)", level: .warning, slot: slot,
        actor: pending.actor)
      return settle(slot)
    }
    if endsPreparing {
      log(.request, "cancel came too late: it is usable", slot: slot, actor: pending.actor)
      return settle(slot)
    }
    _ = end(slot, verb, actor: pending.actor)
  }

  private mutating func move(_ slot: Int, to level: CacheLevel) -> Reply {
    let index = live[slot].pool
    if let busy = noRoomToPrepare(boxes[index].host) { return .refused(busy) }
    let pool = boxes[index].record
    let filled = pool.counts.total + pool.counts.leaving
    if level == .l1, filled >= pool.sizes.max {
      return .refused(
        Refusal(
          .notPermitted, SafeText("pool \(pool.name) is full: \(filled) of \(pool.sizes.max)")))
    }
    startMove(slot, to: level, reservedFor: nil, because: "an operator asked")
    return .accepted(slots[slot].id, note: SafeText("it is moving to \(level.rawValue)"))
  }

  private func noRoomToPrepare(_ host: Int) -> Refusal? {
    let provider = hosts[host].record
    if provider.inMaintenance {
      return Refusal(.notPermitted, "provider \(provider.name) is in maintenance")
    }
    guard provider.preparing >= provider.limits.preparing else { return nil }
    return Refusal(
      .notPermitted,
      SafeText(
        "provider \(provider.name) is busy (\(provider.preparing) of "
          + "\(provider.limits.preparing) preparing): try again in a moment"))
  }

  /// Placement and state change in one commit.
  mutating func startMove(
    _ slot: Int, to level: CacheLevel, reservedFor user: SafeText?, because reason: String
  ) {
    change(slot) { $0.placement = .cache(level, reservedFor: user) }
    let length = boxes[live[slot].pool].settings.deadlines.preparing
    begin(slot, .moveToCache(level), as: Phase.preparing, within: length)
    log(.state, "moving to \(level.rawValue): \(reason)", slot: slot)
  }

  /// The failed operation again, with the same identity.
  private mutating func retry(_ slot: Int) -> Reply {
    guard case .error(let failed) = slots[slot].phase else {
      return .accepted(slots[slot].id, note: "")
    }
    let name = slots[slot].name
    if live[slot].call != nil {
      return .refused(
        Refusal(.notPermitted, "the last call on \(name) has not come back: nothing can be asked"))
    }
    let deadlines = boxes[live[slot].pool].settings.deadlines
    switch failed.operation {
    case .deployForCache, .deployForUser, .moveToCache:
      if let busy = noRoomToPrepare(boxes[live[slot].pool].host) { return .refused(busy) }
      begin(slot, failed.operation, as: Phase.preparing, within: deadlines.preparing)
    case .notifyReadyFromOSManager where slots[slot].osState == .preparing:
      waitForOSAgain(slot)
    case .setReady, .notifyReadyFromOSManager:
      // One whose unique id another holds is not usable before it has another.
      let isTwin = firstHolder(of: slots[slot].uniqueId, besides: slot) != nil
      begin(
        slot, failed.operation, as: { isTwin ? .preparing($0) : .usable($0) },
        within: deadlines.preparing)
    case .cancel, .destroy, .publish:
      letGo(slot, because: "an operator asked to try \(failed.operation.word) again")
    }
    return .accepted(slots[slot].id, note: SafeText("\(failed.operation.word) is tried again"))
  }
}

/// What a request may ask for at most.
enum Limits {
  /// The longest grace time.
  static let grace = TimeSpan.hours(24)
}

extension Verb {
  /// The deployment that it is about.
  public var deployment: DeploymentID? {
    switch self {
    case .cancel(let id), .destroy(let id), .move(let id, _), .ready(let id), .assign(let id, _),
      .release(let id), .retry(let id), .forget(let id), .undo(let id):
      id
    case .assignFromPool, .publish, .cancelPublication, .pause, .resume, .lift, .resize,
      .maintenance, .notify:
      nil
    }
  }

  /// The pool that it is about.
  public var pool: SafeText? {
    switch self {
    case .assignFromPool(let name, _), .publish(let name), .cancelPublication(let name),
      .pause(let name), .resume(let name), .lift(let name), .resize(let name, _):
      name
    case .cancel, .destroy, .move, .ready, .assign, .release, .retry, .forget, .undo, .maintenance,
      .notify:
      nil
    }
  }

  /// What it asks of the deployment.
  public var onDeployment: DeploymentVerb? {
    switch self {
    case .cancel: .cancel
    case .destroy: .destroy
    case .move(_, let level): .move(to: level)
    case .ready: .ready
    case .assign: .assign
    case .release: .release
    case .retry: .retry
    case .forget: .forget
    case .undo: .undo
    case .assignFromPool, .publish, .cancelPublication, .pause, .resume, .lift, .resize,
      .maintenance, .notify:
      nil
    }
  }

  /// Whether it can wait for a not-before time.
  public var graceful: GracefulVerb? {
    switch self {
    case .cancel: .cancel
    case .destroy: .destroy
    case .release: .release
    case .move, .ready, .assign, .assignFromPool, .retry, .forget, .undo, .publish,
      .cancelPublication, .pause, .resume, .lift, .resize, .maintenance, .notify:
      nil
    }
  }

  /// The word of the command line.
  public var word: String {
    switch self {
    case .assign(_, let user), .assignFromPool(_, let user): "assign to \(user)"
    case .move(_, let level): "move to \(level.rawValue)"
    case .publish: "publish"
    case .cancelPublication: "cancel the publication"
    case .pause: "pause"
    case .resume: "resume"
    case .lift: "lift"
    case .resize: "resize"
    case .maintenance(_, let isOn): "maintenance \(isOn ? "on" : "off")"
    case .notify(_, let word): "notify \(word.word)"
    case .cancel: "cancel"
    case .destroy: "destroy"
    case .ready: "ready"
    case .release: "release"
    case .retry: "retry"
    case .forget: "forget"
    case .undo: "undo"
    }
  }
}
