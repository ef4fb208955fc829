public import DeploymentEngine
import Synchronization

/// A machine of ours that is not as we left it.
public struct LibvirtSighting: Hashable, Sendable {
  /// The mark of the engine that made it.
  public let owner: String
  /// The deployment.
  public let deployment: DeploymentID
  /// Its name.
  public let name: SafeText
  /// What has happened, as a sentence about it.
  public let sentence: SafeText
}

/// Who is logged in to a machine of ours, as its guest agent says.
public struct LibvirtUsers: Hashable, Sendable {
  /// The mark of the engine that made it.
  public let owner: String
  /// The deployment.
  public let deployment: DeploymentID
  /// Their names, in the agent's order; at most `Bounds.loggedInUsers`.
  public let users: [SafeText]
}

/// What is told to who watches.
public enum LibvirtNews: Hashable, Sendable {
  /// A machine is not as it was left.
  case changed(LibvirtSighting)
  /// Who is logged in to all machines whose agents answered: when that has changed, and now and
  /// then.
  case users([LibvirtUsers])
}

/// How we left each domain that carries a mark, so that an event that we caused ourselves can be
/// told from one that somebody else did.
final class Expectations: Sendable {
  /// What a domain should be.
  enum State: Hashable, Sendable {
    case running, off, absent
    /// We are at work on it: anything may be.
    case busy
  }

  private struct Entry {
    var mark: Mark
    var state: State
    /// Its guest agent is asked who is logged in.
    var asksUsers: Bool
  }
  /// A domain as it was found.
  struct Found {
    var mark: Mark
    var state: State
    var asksUsers = false
  }
  private let entries = Mutex<[String: Entry]>([:])

  /// How a domain is left, by its UUID.
  func set(_ uuid: String, _ mark: Mark, _ state: State, asksUsers: Bool = false) {
    entries.withLock { entries in
      entries[uuid] =
        state == .absent ? nil : Entry(mark: mark, state: state, asksUsers: asksUsers)
    }
  }

  /// The running ones whose guest agents are asked who is logged in, by their UUIDs.
  var withUsers: [(uuid: String, mark: Mark)] {
    entries.withLock { entries in
      entries.filter { $0.value.state == .running && $0.value.asksUsers }
        .map { ($0.key, $0.value.mark) }.sorted { $0.mark.id < $1.mark.id }
    }
  }

  /// Nothing is known of it any more.
  func forget(_ uuid: String) { entries.withLock { $0[uuid] = nil } }

  /// What is to be said about an event; nil: nothing.
  func compare(_ uuid: String, with change: Change) -> LibvirtSighting? {
    entries.withLock { entries in
      guard let entry = entries[uuid], entry.state != .busy, entry.state != change.state else {
        return nil
      }
      entries[uuid]?.state = change.state
      if change.state == .absent { entries[uuid] = nil }
      return entry.mark.sighting(change.words)
    }
  }

  /// Takes over what is there now; answers what has changed since it was last known.
  func compare(_ found: [String: Found]) -> [LibvirtSighting] {
    entries.withLock { entries in
      var sightings: [LibvirtSighting] = []
      for (uuid, entry) in entries where entry.state != .busy {
        guard let now = found[uuid] else {
          entries[uuid] = nil
          sightings.append(entry.mark.sighting("it is not there any more"))
          continue
        }
        guard now.state != entry.state else { continue }
        entries[uuid]?.state = now.state
        let words = now.state == .off ? "it is switched off" : "it was started"
        sightings.append(entry.mark.sighting(words))
      }
      for (uuid, now) in found where entries[uuid] == nil {
        entries[uuid] = Entry(mark: now.mark, state: now.state, asksUsers: now.asksUsers)
      }
      return sightings.sorted { $0.deployment < $1.deployment }
    }
  }
}

extension Mark {
  fileprivate func sighting(_ words: String) -> LibvirtSighting {
    LibvirtSighting(
      owner: owner, deployment: DeploymentID(id), name: SafeText(name), sentence: SafeText(words))
  }
}
