import DeploymentInterface
import SafeTexts

extension Engine {
  /// A driver says something unasked. What it speaks of is looked at, and who is logged in is
  /// noted; nothing else follows from words alone.
  mutating func hear(_ notice: DriverNotice, from provider: SafeText) {
    guard let slot = deploymentTable.slot(notice.deployment),
      self.provider(of: slot).name == provider
    else { return }
    switch deploymentTable[slot].phase {
    case .preparing, .usable: break
    case .removable, .removing, .removed, .canceling, .canceled, .error: return
    }
    switch notice.kind {
    case .changed(let sentence):
      // An operation that runs may have looked before that happened: then once more after it.
      deploymentTable.updateRuntime(slot) { $0.reportedChange = sentence }
      verifyIfReported(slot)
    case .users(let users):
      deploymentTable.updateRuntime(slot) { $0.reportedUsers = users }
      noteReportedUsers(slot)
    }
    reschedule(slot)
  }

  /// Notes who is logged in as its driver has said, not more often than every so often.
  mutating func noteReportedUsers(_ slot: Int) {
    guard let users = deploymentTable.runtime(slot).reportedUsers else { return }
    if let next = deploymentTable.runtime(slot).nextUsersAt, next > now.moment { return }
    deploymentTable.updateRuntime(slot) { $0.reportedUsers = nil }
    switch deploymentTable[slot].phase {
    case .preparing, .usable: break
    case .removable, .removing, .removed, .canceling, .canceled, .error: return
    }
    let before = deploymentTable[slot].loggedIn
    guard Set(before) != Set(users) else { return }
    let next = now.moment + Timing.users
    deploymentTable.updateRuntime(slot) { $0.nextUsersAt = next }
    // Who comes is noted first: where one goes and another comes its use does not end.
    for user in users where !user.isEmpty && !before.contains(user) { login(slot, user) }
    for user in before where !users.contains(user) { logout(slot, user) }
  }
}
