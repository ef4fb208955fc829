import Basics
import DeploymentInterface
import SafeTexts

/// Asks guest agents for the logged-in users.
final class UserPoll: Sendable {
  private struct State {
    var isAtWork = false
    var known: [String: [String]] = [:]
    var rounds = 0
  }
  private let state = Mutex(State())
  /// The number of rounds without a change after which all users are reported again, because
  /// earlier notices may have been lost.
  private static let longest = 12

  /// Asks all machines of a connection once and returns what has changed.
  func poll(_ connection: VirtConnection) -> [DriverNotice] {
    let machines = connection.expectations.withUsers
    guard !machines.isEmpty else { return [] }
    // Agents that do not answer take long; rounds that would overlap are skipped.
    let begins = state.withLock { state in
      defer { state.isAtWork = true }
      return !state.isAtWork
    }
    guard begins else { return [] }
    var found: [String: [String]] = [:]
    for machine in machines {
      let users = connection.perform { session throws(VirtError) in
        try session.domain(uuid: machine.uuid)?.users()
      }
      // An agent that does not answer does not change the known users.
      if case .success(let users?) = users { found[machine.uuid] = users }
    }
    let isNews = state.withLock { state in
      state.isAtWork = false
      state.rounds += 1
      guard found != state.known || state.rounds >= Self.longest else { return false }
      state.known = found
      state.rounds = 0
      return true
    }
    guard isNews else { return [] }
    return machines.compactMap { machine in
      guard let users = found[machine.uuid] else { return nil }
      return DriverNotice(
        owner: machine.mark.owner, deployment: DeploymentID(machine.mark.id),
        kind: .users(users.prefix(Limits.loggedInUsers).map { SafeText($0) }))
    }
  }
}
