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
  }
  private let entries = Mutex<[String: Entry]>([:])

  /// How a domain is left, by its UUID.
  func set(_ uuid: String, _ mark: Mark, _ state: State) {
    entries.withLock { entries in
      entries[uuid] = state == .absent ? nil : Entry(mark: mark, state: state)
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
      entries[uuid] = change.state == .absent ? nil : Entry(mark: entry.mark, state: change.state)
      return entry.mark.sighting(change.words)
    }
  }

  /// Takes over what is there now; answers what has changed since it was last known.
  func compare(_ found: [String: (mark: Mark, state: State)]) -> [LibvirtSighting] {
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
        entries[uuid] = Entry(mark: now.mark, state: now.state)
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
