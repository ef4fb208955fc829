import DeploymentInterface
import SafeTexts

extension Engine {
  /// Handles a report of the agent inside a deployment.
  ///
  /// - Parameter keptSince: when it was reported, if no engine ran then.
  mutating func notice(
    _ uniqueId: SafeText, _ word: GuestEvent, keptSince: Timestamp?
  ) -> Reply {
    let candidates = deploymentTable.slots(withUniqueId: uniqueId)
    guard
      let slot = candidates.first(where: { deploymentTable[$0].state == .usable })
        ?? candidates.first(where: { deploymentTable[$0].state == .preparing })
        ?? candidates.first
    else {
      return .refused(Refusal(.notFound, "no deployment has the unique id \(uniqueId)"))
    }
    if let keptSince, keptSince < deploymentTable[slot].createdAt {
      return .refused(
        Refusal(
          .stale,
          SafeText(
            "\(deploymentTable[slot].name) is newer than this report, which was about an earlier "
              + "one with the same unique id")))
    }
    switch (deploymentTable[slot].phase, word) {
    case (.preparing, _), (.usable, _): break
    // Its retention begins when the last user has left.
    case (.error, .login), (.error, .logout): break
    case (.removable, _), (.removing, _), (.removed, _), (.canceling, _), (.canceled, _),
      (.error, .ready), (.error, .ip):
      return .refused(
        Refusal(
          .notPermitted,
          SafeText(
            "\(deploymentTable[slot].name) is \(deploymentTable[slot].state.rawValue); "
              + "reports are ignored")))
    }
    switch word {
    case .ready(let data, let boot): return osReady(slot, data, boot: boot)
    case .ip(let ip): return newIP(slot, ip)
    case .login(let user): return login(slot, user)
    case .logout(let user): return logout(slot, user, isKept: keptSince != nil)
    }
  }

  /// A guest that has restarted has nobody logged in to it. That is no log-out, so that no policy
  /// is applied.
  private mutating func osReady(_ slot: Int, _ data: SafeText?, boot: SafeText?) -> Reply {
    let before = deploymentTable[slot]
    let hasRestarted = boot != nil && before.bootID != nil && boot != before.bootID
    change(slot) {
      $0.guest = .ready(data: data)
      $0.bootID = boot ?? $0.bootID
      if hasRestarted { $0.loggedIn = [] }
      if $0.state == .usable { $0.stateDeadline = nil }
    }
    log(.session, "the OS manager reported ready", slot: slot)
    if hasRestarted, before.inUse {
      let users = before.loggedIn.map(\.text).joined(separator: ", ")
      log(.session, "it has restarted: no longer logged in: \(users)", slot: slot)
    }
    reconcile(slot)
    return .accepted(
      deploymentTable[slot].id, note: "\(deploymentTable[slot].name) has reported ready")
  }

  private mutating func newIP(_ slot: Int, _ ip: SafeText) -> Reply {
    if ip.isEmpty { return .refused(Refusal(.invalid, "an IP cannot be empty")) }
    if let problem = AddressText.problem(ip.text) {
      return .refused(Refusal(.invalid, SafeText(problem)))
    }
    change(slot) {
      $0.ip = ip
      $0.sharesAddress = false
      $0.notices.add(.setIp(ip))
    }
    log(.session, "the OS manager reported the IP \(ip)", slot: slot)
    let accepted = Reply.accepted(
      deploymentTable[slot].id, note: "the IP of \(deploymentTable[slot].name) is \(ip)")
    if deploymentTable[slot].phase == .usable(nil), !deploymentTable.isCalled(slot),
      failDuplicate(slot, .setReady)
    {
      return accepted
    }
    admit(slot)
    if let operation = deploymentTable[slot].phase.operation, operation.kind == .setReady,
      operation.waitsToTryAgain
    {
      // Its user may have waited for nothing but the address.
      change(slot) { $0.nextActionAt = $1.deadline(in: .zero) }
    }
    flushNotices(slot)
    return accepted
  }

  @discardableResult
  mutating func login(_ slot: Int, _ asked: SafeText) -> Reply {
    let name = deploymentTable[slot].name
    let user = UserNames.trimmed(asked)
    if user.isEmpty { return .refused(Refusal(.invalid, "a user needs a name")) }
    comeBack(slot)
    if loggedIn(slot, as: user) != nil {
      return .accepted(deploymentTable[slot].id, note: "\(user) is already logged in to \(name)")
    }
    guard deploymentTable[slot].loggedIn.count < Limits.loggedInUsers else {
      return .refused(
        Refusal(.notPermitted, "\(Limits.loggedInUsers) users are already logged in to \(name)"))
    }
    change(slot) {
      $0.loggedIn = ($0.loggedIn + [user]).sorted()
      $0.notices.add(.userLoggedIn(user))
      if $0.state == .usable, !$0.isWaitingForOS { $0.stateDeadline = nil }
    }
    log(.session, "\(user) logged in", slot: slot)
    scheduleKeptError(slot)
    flushNotices(slot)
    return .accepted(deploymentTable[slot].id, note: "\(user) is logged in to \(name)")
  }

  @discardableResult
  mutating func logout(_ slot: Int, _ asked: SafeText, isKept: Bool = false) -> Reply {
    let name = deploymentTable[slot].name
    guard let user = loggedIn(slot, as: asked) else {
      let user = UserNames.trimmed(asked)
      return .accepted(deploymentTable[slot].id, note: "\(user) was not logged in to \(name)")
    }
    change(slot) {
      $0.loggedIn.removeAll { $0 == user }
      $0.notices.add(.userLoggedOut(user))
    }
    log(.session, "\(user) logged out", slot: slot)
    scheduleKeptError(slot)
    if !deploymentTable[slot].inUse { leave(slot, isKept: isKept) }
    if deploymentTable[slot].phase == .usable(nil) { reconcile(slot) }
    return .accepted(deploymentTable[slot].id, note: "\(user) is logged out of \(name)")
  }

  /// Nothing is removed while somebody is logged in to it: an error is kept, and its user gets
  /// another one where nothing is kept, from the log-out on.
  private mutating func scheduleKeptError(_ slot: Int) {
    guard case .error(let failed) = deploymentTable[slot].phase, failed.removals == 0 else {
      return
    }
    let deployment = deploymentTable[slot]
    if deployment.placement.isAssigned, !deployment.isGivenUp, replaces(slot) {
      passOn(slot, because: deployment.reason?.text ?? "it is in error")
    }
    scheduleError(slot)
  }

  /// The name under which somebody is logged in; nil if that person is not.
  func loggedIn(_ slot: Int, as name: SafeText) -> SafeText? {
    let names = pool(of: slot).settings.users
    let key = names.loginKey(name)
    return deploymentTable[slot].loggedIn.first { names.loginKey($0) == key }
  }
}

extension GuestEvent {
  /// The word of the command line.
  public var word: String {
    switch self {
    case .ready: "ready"
    case .ip: "ip"
    case .login: "login"
    case .logout: "logout"
    }
  }
}
