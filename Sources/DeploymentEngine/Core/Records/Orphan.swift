public import DeploymentInterface
public import SafeTexts

/// Something outside with this store's mark that no record speaks of.
public struct Orphan: Hashable, Sendable {
  /// Why no record speaks of it.
  public enum Cause: UInt8, Hashable, Sendable, CaseIterable {
    /// There is none.
    case noRecord = 0
    /// The record says that it is gone.
    case saidGone = 1
    /// A later state of this store made it: the store is an old copy, and nothing is removed.
    case laterState = 2
  }
  /// What becomes of it.
  public enum Removal: Hashable, Sendable {
    /// Nothing.
    case none
    /// It is removed in its turn.
    case asked(by: SafeText)
    /// The last attempt failed, for this reason.
    case failed(SafeText)
  }

  /// What it is.
  public var thing: ExternalResource
  /// Why no record speaks of it.
  public var cause: Cause
  /// In how many listings it was there; from the second on it is shown.
  public var sightings: Int
  /// When it was first seen.
  public var firstSeen: Timestamp
  /// When the provider's rule may remove it at the earliest.
  public var grace: Deadline
  /// What becomes of it.
  public var removal = Removal.none

  /// One that was just seen for the first time.
  public init(_ thing: ExternalResource, _ cause: Cause, grace: Deadline, at now: Timestamp) {
    self.thing = thing
    self.cause = cause
    self.grace = grace
    sightings = 1
    firstSeen = now
  }

  /// It was seen twice, so it is not only on its way out.
  public var isConfirmed: Bool { sightings > 1 }
}

extension Orphan.Cause {
  /// Judges a thing by the records; nil: one speaks of it.
  ///
  /// - Parameters:
  ///   - purpose: what the thing was made for.
  ///   - counters: the numbers that the store gives out next.
  ///   - isGone: of a deployment, whether its record says that it is gone; nil: there is none.
  ///   - isRemoved: the same of a publication.
  public init?(
    of purpose: ExternalResource.Purpose, counters: Counters, isGone: (DeploymentID) -> Bool?,
    isRemoved: (String) -> Bool?
  ) {
    let saidGone: Bool?
    switch purpose {
    case .deployment(let id):
      if id.number >= counters.deployment {
        self = .laterState
        return
      }
      saidGone = isGone(id)
    case .publication(let name): saidGone = isRemoved(name)
    }
    switch saidGone {
    case nil: self = .noRecord
    case true?: self = .saidGone
    case false?: return nil
    }
  }

  /// In a few words.
  public var words: SafeText {
    switch self {
    case .noRecord: "no record"
    case .saidGone: "its record says that it was removed"
    case .laterState: "created by a later state of this store"
    }
  }
}

/// Names an orphan in a request.
public struct OrphanName: Hashable, Codable, Sendable, CustomStringConvertible {
  /// The provider that listed it.
  public var provider: SafeText
  /// What it is, in the words of its platform.
  public var kind: SafeText
  /// Its name there.
  public var name: SafeText

  /// A name from its parts.
  public init(provider: SafeText, kind: SafeText, name: SafeText) {
    self.provider = provider
    self.kind = kind
    self.name = name
  }

  /// For a sentence: `domain lab-007`.
  public var description: String { "\(kind) \(name)" }
}

/// Whether a provider's orphans are removed without a person's word.
public struct OrphanRule: Hashable, Codable, Sendable {
  /// Whether they are at all.
  public var removes: Bool
  /// How long one must have been seen.
  public var grace: TimeSpan
  /// At how many of them at most. More look like a store that is not the one it should be, and
  /// none is removed.
  public var most: Int

  /// A rule from its parts.
  public init(removes: Bool = false, grace: TimeSpan = .hours(24), most: Int = 10) {
    self.removes = removes
    self.grace = grace
    self.most = most
  }
}

/// What a provider said that exists on it, as far as no record speaks of it.
public struct OrphanList: Hashable, Sendable {
  /// By name; at most `Limits.orphans`.
  public var all: [Orphan] = []
  /// How many there were beyond those.
  public var more = 0
  /// When the provider was last listed; nil: never.
  public var listedAt: Timestamp?
  /// Why it could not be listed the last time, or why the rule removes nothing.
  public var problem: SafeText?

  /// Nothing was listed.
  public init() {}

  /// How many deployments they are, the uncounted ones each taken for one.
  public var places: Int {
    let ids = all.compactMap { orphan -> DeploymentID? in
      guard case .deployment(let id) = orphan.thing.purpose, orphan.isConfirmed else { return nil }
      return id
    }
    return Set(ids).count + more
  }
  /// Those that were seen at least twice.
  public var confirmed: [Orphan] { all.filter(\.isConfirmed) }
}

/// What a provider that can list its things is asked, once what led to it is stored.
public struct InventoryCall: Hashable, Sendable {
  /// What it is asked.
  public enum Task: Hashable, Sendable {
    /// What exists with the engine's mark.
    case list
    /// To remove one thing.
    case remove(ExternalResource)
  }
  /// Its number; counted together with those of driver calls.
  public var id: CallID
  /// The provider's name.
  public var provider: SafeText
  /// What it is asked.
  public var task: Task
}

/// What came of an inventory call.
public enum InventoryAnswer: Hashable, Sendable {
  /// What exists.
  case things([ExternalResource])
  /// It does not exist any more.
  case removed
  /// Nobody knows, or it could not be done.
  case failed(SafeText)
}
