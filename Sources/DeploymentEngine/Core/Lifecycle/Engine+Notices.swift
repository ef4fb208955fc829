import DeploymentInterface
import SafeTexts

extension Engine {
  /// Handles an unsolicited notice of a driver. It triggers a check of the deployment and records
  /// who is logged in; nothing else follows from a notice alone.
  mutating func hear(_ notice: DriverNotice, from provider: SafeText) {
    guard let slot = deploymentTable.slot(notice.deployment),
      self.provider(of: slot).name == provider
    else { return }
    guard mayBeUsed(slot) else { return }
    switch notice.kind {
    case .changed(let sentence):
      if deploymentTable[slot].state == .error { return }
      // A running operation may have read the state before the change, so check once more after it.
      deploymentTable.updateRuntime(slot) { $0.reportedChange = sentence }
      verifyIfReported(slot)
    case .users(let users):
      deploymentTable.updateRuntime(slot) { $0.reportedUsers = users }
      noteReportedUsers(slot)
    }
    reschedule(slot)
  }

  /// Whether somebody may log in to it or out of it.
  private func mayBeUsed(_ slot: Int) -> Bool {
    switch deploymentTable[slot].phase {
    case .preparing, .usable, .error: true
    case .removable, .removing, .removed, .canceling, .canceled: false
    }
  }

  /// Applies the driver's report of logged-in users, at most once per `Timing.users`.
  mutating func noteReportedUsers(_ slot: Int) {
    guard let users = deploymentTable.runtime(slot).reportedUsers else { return }
    if let next = deploymentTable.runtime(slot).nextUsersAt, next > now.moment { return }
    deploymentTable.updateRuntime(slot) { $0.reportedUsers = nil }
    guard mayBeUsed(slot) else { return }
    let before = deploymentTable[slot].loggedIn
    let names = pool(of: slot).settings.users
    let (known, seen) = (Set(before.map(names.loginKey)), Set(users.map(names.loginKey)))
    guard known != seen else { return }
    let next = now.moment + Timing.users
    deploymentTable.updateRuntime(slot) { $0.nextUsersAt = next }
    // Log-ins first: if one user leaves as another arrives, the use does not end.
    for user in users where !known.contains(names.loginKey(user)) { login(slot, user) }
    for user in before where !seen.contains(names.loginKey(user)) { logout(slot, user) }
  }
}
