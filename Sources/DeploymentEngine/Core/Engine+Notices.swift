extension Engine {
  /// A driver says something unasked. What it speaks of is looked at, and who is logged in is
  /// noted; nothing else follows from words alone.
  mutating func hear(_ notice: DriverNotice, from provider: SafeText) {
    guard let slot = slotOf[notice.deployment],
      hosts[boxes[live[slot].pool].host].record.name == provider
    else { return }
    switch slots[slot].phase {
    case .preparing, .usable: break
    case .removable, .removing, .removed, .canceling, .canceled, .error: return
    }
    switch notice.kind {
    case .changed(let sentence):
      // An operation that runs may have looked before that happened: then once more after it.
      live[slot].noticed = sentence
      lookIfNoticed(slot)
    case .users(let users):
      live[slot].seenUsers = users
      noteUsers(slot)
    }
    reschedule(slot)
  }

  /// Notes who is logged in as its driver has said, not more often than every so often.
  mutating func noteUsers(_ slot: Int) {
    guard let users = live[slot].seenUsers else { return }
    if let next = live[slot].nextUsers, next > now.moment { return }
    live[slot].seenUsers = nil
    switch slots[slot].phase {
    case .preparing, .usable: break
    case .removable, .removing, .removed, .canceling, .canceled, .error: return
    }
    let before = slots[slot].loggedIn
    guard Set(before) != Set(users) else { return }
    live[slot].nextUsers = now.moment + Pauses.users
    // Who comes is noted first: where one goes and another comes its use does not end.
    for user in users where !user.isEmpty && !before.contains(user) { login(slot, user) }
    for user in before where !users.contains(user) { logout(slot, user) }
  }

  /// Looks at a usable one that its driver has spoken of, not more often than every so often: it
  /// is made what it is to be once more, which does nothing where it is that, and ends in an error
  /// where nothing is left.
  mutating func lookIfNoticed(_ slot: Int) {
    guard let sentence = live[slot].noticed, live[slot].call == nil,
      !live[slot].isQueuedForReady, slots[slot].isReady
    else { return }
    if let next = live[slot].nextLook, next > now.moment { return }
    live[slot].nextLook = now.moment + Pauses.look
    live[slot].noticed = nil
    log(.state, "it is looked at: \(sentence)", slot: slot)
    switch slots[slot].placement {
    case .assigned:
      change(slot) { $0.placement = $0.placement.with(.wanted) }
      settle(slot)
    case .cache(.l1, _): beginInTurn(slot, .setReady, as: { .usable($0) })
    case .cache(.l2, _):
      guard boxes[live[slot].pool].record.traits?.offers(.moveToCache(.l2)) ?? false else { return }
      beginInTurn(slot, .moveToCache(.l2), as: { .preparing($0) })
    }
  }
}
