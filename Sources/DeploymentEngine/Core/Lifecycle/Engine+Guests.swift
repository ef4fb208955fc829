import DeploymentInterface
import SafeTexts

extension Engine {
  /// Handles a report of the agent inside a deployment.
  mutating func notice(_ uniqueId: SafeText, _ word: GuestEvent) -> Reply {
    let candidates = deploymentTable.slots(withUniqueId: uniqueId)
    guard
      let slot = candidates.first(where: { deploymentTable[$0].state != .error })
        ?? candidates.first
    else {
      return .refused(Refusal(.notFound, "no deployment has the unique id \(uniqueId)"))
    }
    switch deploymentTable[slot].phase {
    case .preparing, .usable: break
    case .removable, .removing, .removed, .canceling, .canceled, .error:
      return .refused(
        Refusal(
          .notPermitted,
          SafeText(
            "\(deploymentTable[slot].name) is \(deploymentTable[slot].state.rawValue); "
              + "reports are ignored")))
    }
    switch word {
    case .ready(let data): return osReady(slot, data)
    case .ip(let ip): return newIP(slot, ip)
    case .login(let user): return login(slot, user)
    case .logout(let user): return logout(slot, user)
    }
  }

  private mutating func osReady(_ slot: Int, _ data: SafeText?) -> Reply {
    change(slot) {
      $0.guest = .ready(data: data)
      if $0.state == .usable { $0.stateDeadline = nil }
    }
    log(.session, "the OS manager reported ready", slot: slot)
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
      $0.notices.add(.setIp(ip))
    }
    log(.session, "the OS manager reported the IP \(ip)", slot: slot)
    admit(slot)
    if let operation = deploymentTable[slot].phase.operation, operation.kind == .setReady,
      operation.waitsToTryAgain
    {
      // Its user may have waited for nothing but the address.
      change(slot) { $0.nextActionAt = $1.deadline(in: .zero) }
    }
    flushNotices(slot)
    return .accepted(
      deploymentTable[slot].id, note: "the IP of \(deploymentTable[slot].name) is \(ip)")
  }

  @discardableResult
  mutating func login(_ slot: Int, _ user: SafeText) -> Reply {
    let name = deploymentTable[slot].name
    if user.isEmpty { return .refused(Refusal(.invalid, "a user needs a name")) }
    if deploymentTable[slot].loggedIn.contains(user) {
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
    flushNotices(slot)
    return .accepted(deploymentTable[slot].id, note: "\(user) is logged in to \(name)")
  }

  @discardableResult
  mutating func logout(_ slot: Int, _ user: SafeText) -> Reply {
    let name = deploymentTable[slot].name
    guard deploymentTable[slot].loggedIn.contains(user) else {
      return .accepted(deploymentTable[slot].id, note: "\(user) was not logged in to \(name)")
    }
    change(slot) {
      $0.loggedIn.removeAll { $0 == user }
      $0.notices.add(.userLoggedOut(user))
    }
    log(.session, "\(user) logged out", slot: slot)
    if !deploymentTable[slot].inUse { endUse(slot, because: "the last user logged out") }
    if deploymentTable[slot].phase == .usable(nil) { reconcile(slot) }
    return .accepted(deploymentTable[slot].id, note: "\(user) is logged out of \(name)")
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
