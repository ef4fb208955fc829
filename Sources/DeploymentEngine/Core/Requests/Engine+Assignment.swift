import DeploymentInterface
import SafeTexts

extension Engine {
  /// Gives a user a deployment of a pool; the engine chooses.
  mutating func assign(_ asked: SafeText, in index: Int, _ asker: Asker?) -> Reply {
    let user = UserNames.trimmed(asked)
    let reply = serve(user, in: index, asker)
    if case .accepted = reply { note(asker, of: user, in: index) }
    return reply
  }

  private mutating func serve(_ user: SafeText, in index: Int, _ asker: Asker?) -> Reply {
    if user.isEmpty { return .refused(Refusal(.invalid, "a user needs a name")) }
    // Who was promised one already, and loses that now, keeps the place in the order.
    let owed = promise(to: user, in: index)
    if let id = poolTable.holder(user, in: index), let slot = deploymentTable.slot(id),
      let reply = reassign(slot, user)
    {
      return reply
    }
    if poolTable.isWaiting(user, in: index) {
      return .accepted(nil, note: "\(user) is already waiting")
    }
    if let refusal = refusal(of: .assign(user: user), on: index) {
      guard let owed else { return .refused(refusal) }
      return wait(user, in: index, owed, because: refusal.sentence)
    }
    let promise = owed ?? newPromise(in: index, asker)
    switch serve(user, in: index, promise) {
    case .served(let slot, let note): return .accepted(deploymentTable[slot].id, note: note)
    case .busy(let why): return wait(user, in: index, promise, because: why)
    case .refused(let refusal):
      guard owed != nil else { return .refused(refusal) }
      return wait(user, in: index, promise, because: refusal.sentence)
    }
  }

  private mutating func wait(
    _ user: SafeText, in index: Int, _ promise: Promise, because why: SafeText
  ) -> Reply {
    guard poolTable[index].waiters.count < Limits.waitingUsers else {
      return .refused(
        Refusal(.notPermitted, "\(Limits.waitingUsers) users are already waiting in this pool"))
    }
    beginWaiting(user, in: index, promise)
    return .accepted(nil, note: "\(user) waits: \(why)")
  }

  /// Gives this very L1 item to a user.
  mutating func assign(_ slot: Int, to asked: SafeText, _ asker: Asker?) -> Reply {
    let index = deploymentTable.pool(of: slot)
    let user = UserNames.trimmed(asked)
    if user.isEmpty { return .refused(Refusal(.invalid, "a user needs a name")) }
    if let id = poolTable.holder(user, in: index), let held = deploymentTable.slot(id) {
      return .refused(Refusal(.notPermitted, "\(user) already holds \(deploymentTable[held].name)"))
    }
    var promise = endWaiting(user, in: index)?.promise ?? newPromise(in: index)
    promise.asker = asker
    take(slot, for: user, promise)
    return .accepted(
      deploymentTable[slot].id, note: SafeText("\(deploymentTable[slot].name) is \(user)'s"))
  }

  /// The user holds one already: it is made ready again.
  ///
  /// - Returns: nil where it is the user's no more, because its pool replaces what failed.
  private mutating func reassign(_ slot: Int, _ user: SafeText) -> Reply? {
    let deployment = deploymentTable[slot]
    let index = deploymentTable.pool(of: slot)
    let name = deployment.name
    comeBack(slot)
    switch deployment.phase {
    case .error(let failed):
      let isLost = isLost(slot, failed)
      if isLost || replaces(slot) {
        if isLost, deployment.inUse {
          log(.session, "nobody is logged in any more, because it is gone", slot: slot)
          change(slot) { $0.loggedIn = [] }
        }
        takeFromUser(slot)
        scheduleError(slot)
        log(.assignment, "given up: \(user) gets another", slot: slot)
        return nil
      }
      let reason = deployment.reason.map { ": \($0)" } ?? ""
      if failed.mayReturn {
        if deployment.promise == nil {
          let promise = newPromise(in: index)
          change(slot) { $0.promise = promise }
          // Somebody waits for it now, so it is checked more often.
          scheduleError(slot)
        }
        return .accepted(
          deployment.id, note: SafeText("\(user) waits for \(name), which is out of reach\(reason)")
        )
      }
      return .refused(
        Refusal(
          .notPermitted,
          SafeText(
            "\(user)'s \(name) is in error and its data may matter, so a person decides\(reason)")))
    case .preparing, .usable(.some):
      return .accepted(deployment.id, note: SafeText("\(name) is being made ready for \(user)"))
    case .usable(nil):
      if deployment.placement.isAssigned {
        let promise = deployment.promise ?? newPromise(in: index)
        change(slot) {
          $0.placement = $0.placement.with(.wanted)
          $0.promise = promise
        }
        reconcile(slot)
      }
      return .accepted(deployment.id, note: SafeText("\(user) already holds \(name)"))
    case .removable, .removing, .canceling, .removed, .canceled:
      outbox.breakInvariant("\(deployment.id) is on its way out and still counts as \(user)'s")
      return nil
    }
  }

  /// Whether the user of a failed one gets another one without a person: nobody was let in to it,
  /// or its pool throws away what a user leaves.
  func replaces(_ slot: Int) -> Bool {
    let deployment = deploymentTable[slot]
    if deployment.inUse { return false }
    return !deployment.wasLetIn || pool(of: slot).settings.failurePolicy == .replace
  }

  /// Whether it is gone and takes its log-ins with it, since no agent is left that could report
  /// the log-out. Only its user's next request lets the log-ins end; where data is kept, none does.
  private func isLost(_ slot: Int, _ failed: Failed) -> Bool {
    failed.failure == .gone && !isDoubted(slot)
      && pool(of: slot).settings.failurePolicy == .replace
  }

  /// A command that gives up takes its user off the queue, unless somebody has asked since.
  mutating func unwait(_ asked: SafeText, in index: Int, _ request: Request) -> Reply {
    let user = UserNames.trimmed(asked)
    if let asker = request.asker, let promise = promise(to: user, in: index),
      promise.asker != asker
    {
      return .refused(
        Refusal(.notPermitted, "somebody else has asked for \(user) since: \(user) waits on"))
    }
    return unwait(user, in: index, actor: request.actor)
  }

  /// A user no longer wants a deployment of a pool.
  mutating func unwait(
    _ asked: SafeText, in index: Int, because why: String = "", actor: SafeText = "engine"
  ) -> Reply {
    let user = UserNames.trimmed(asked)
    if endWaiting(user, in: index) != nil {
      log(.assignment, "\(user) no longer waits\(why)", pool: index, actor: actor)
      return .accepted(nil, note: "\(user) no longer waits")
    }
    guard let id = poolTable.holder(user, in: index), let slot = deploymentTable.slot(id),
      !deploymentTable[slot].wasLetIn || deploymentTable[slot].promise != nil
    else {
      return .refused(
        Refusal(.notPermitted, "\(user) does not wait in \(poolTable[index].record.name)"))
    }
    let isAssigned = deploymentTable[slot].placement.isAssigned
    let isKept = deploymentTable[slot].wasLetIn
    if isKept { change(slot) { $0.promise = nil } } else { takeFromUser(slot) }
    log(.assignment, "\(user) no longer waits for it\(why)", slot: slot, actor: actor)
    // What they were let in to stays theirs; if it fails now, they get no other.
    if isKept { return .accepted(id, note: "\(user) no longer waits") }
    if isAssigned { remove(slot, because: "its user no longer waits", actor: actor) }
    return .accepted(deploymentTable[slot].id, note: "\(user) no longer waits")
  }
}
