import Basics
import DeploymentInterface
import SafeTexts

/// The state in which we left each domain with a mark, to distinguish events that we caused from
/// those that somebody else caused.
final class ExpectedStates: Sendable {
  /// The expected state of a domain.
  enum State: Hashable, Sendable {
    case running, off, absent
    /// We are working on it, so any state is expected.
    case busy
  }

  private struct Entry {
    var mark: Mark
    var state: State
    /// Whether its guest agent is asked for logged-in users.
    var asksUsers: Bool
  }
  /// A domain as found on the host.
  struct Found {
    var mark: Mark
    var state: State
    var asksUsers = false
  }
  private let entries = Mutex<[String: Entry]>([:])

  /// Sets the expected state of a domain, by its UUID.
  func set(_ uuid: String, _ mark: Mark, _ state: State, asksUsers: Bool = false) {
    entries.withLock { entries in
      entries[uuid] =
        state == .absent ? nil : Entry(mark: mark, state: state, asksUsers: asksUsers)
    }
  }

  /// The running domains whose guest agents are asked for logged-in users.
  var withUsers: [(uuid: String, mark: Mark)] {
    entries.withLock { entries in
      entries.filter { $0.value.state == .running && $0.value.asksUsers }
        .map { ($0.key, $0.value.mark) }.sorted { $0.mark.id < $1.mark.id }
    }
  }

  /// Removes the expectation for a domain.
  func forget(_ uuid: String) { entries.withLock { $0[uuid] = nil } }

  /// The notice for an event; nil if we caused it.
  func compare(_ uuid: String, with change: Change) -> DriverNotice? {
    entries.withLock { entries in
      guard let entry = entries[uuid], entry.state != .busy, entry.state != change.state else {
        return nil
      }
      entries[uuid]?.state = change.state
      if change.state == .absent { entries[uuid] = nil }
      return entry.mark.notice(change.words)
    }
  }

  /// Takes over the current states; returns notices about unexpected changes.
  func compare(_ found: [String: Found]) -> [DriverNotice] {
    entries.withLock { entries in
      var notices: [DriverNotice] = []
      for (uuid, entry) in entries where entry.state != .busy {
        guard let now = found[uuid] else {
          entries[uuid] = nil
          notices.append(entry.mark.notice("it no longer exists"))
          continue
        }
        guard now.state != entry.state else { continue }
        entries[uuid]?.state = now.state
        let words = now.state == .off ? "it is switched off" : "it was started"
        notices.append(entry.mark.notice(words))
      }
      for (uuid, now) in found where entries[uuid] == nil {
        entries[uuid] = Entry(mark: now.mark, state: now.state, asksUsers: now.asksUsers)
      }
      return notices.sorted { $0.deployment < $1.deployment }
    }
  }
}

extension Mark {
  fileprivate func notice(_ words: String) -> DriverNotice {
    DriverNotice(owner: owner, deployment: DeploymentID(id), kind: .changed(SafeText(words)))
  }
}
