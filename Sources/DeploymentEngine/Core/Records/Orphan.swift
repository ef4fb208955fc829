public import DeploymentInterface
public import SafeTexts

/// A resource with this store's ownership tag but without a record.
public struct Orphan: Hashable, Sendable {
  /// Why it has no record.
  public enum Cause: UInt8, Hashable, Sendable, CaseIterable {
    /// The store has no record of it.
    case noRecord = 0
    /// The record says that it is gone.
    case saidGone = 1
    /// A later state of this store created it: the store is an old copy, and nothing is removed.
    case laterState = 2
  }
  /// The state of its removal.
  public enum Removal: Hashable, Sendable {
    /// Not requested.
    case none
    /// Requested, and waiting for its turn.
    case asked(by: SafeText)
    /// The last attempt failed, for this reason.
    case failed(SafeText)
  }

  /// The resource.
  public var thing: ExternalResource
  /// Why it has no record.
  public var cause: Cause
  /// The number of listings that contained it; it is shown from the second one on.
  public var sightings: Int
  /// When it was first seen.
  public var firstSeen: Timestamp
  /// When the provider's rule may remove it at the earliest.
  public var grace: Deadline
  /// The state of its removal.
  public var removal = Removal.none

  /// An orphan that was seen for the first time.
  public init(_ thing: ExternalResource, _ cause: Cause, grace: Deadline, at now: Timestamp) {
    self.thing = thing
    self.cause = cause
    self.grace = grace
    sightings = 1
    firstSeen = now
  }

  /// Whether it was seen twice, so it is not just being removed.
  public var isConfirmed: Bool { sightings > 1 }
}

extension Orphan.Cause {
  /// Compares a resource with the records; nil if it has a record.
  ///
  /// - Parameters:
  ///   - purpose: what the resource was made for.
  ///   - counters: the next numbers that the store will use.
  ///   - isGone: whether the record of a deployment says that it is gone; nil if it has no record.
  ///   - isRemoved: the same for a publication.
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

  /// The cause in a few words.
  public var words: SafeText {
    switch self {
    case .noRecord: "no record"
    case .saidGone: "its record says that it was removed"
    case .laterState: "created by a later state of this store"
    }
  }
}

/// The name of an orphan in a request.
public struct OrphanName: Hashable, Codable, Sendable, CustomStringConvertible {
  /// The provider that listed it.
  public var provider: SafeText
  /// Its kind in the terms of its platform, such as `domain`.
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

/// The rule for the automatic removal of a provider's orphans.
public struct OrphanRule: Hashable, Codable, Sendable {
  /// Whether they are removed automatically.
  public var removes: Bool
  /// The minimum time since an orphan was first seen.
  public var grace: TimeSpan
  /// The maximum number of orphans. If there are more, the store may be the wrong one, and none is
  /// removed.
  public var most: Int

  /// A rule from its parts.
  public init(removes: Bool = false, grace: TimeSpan = .hours(24), most: Int = 10) {
    self.removes = removes
    self.grace = grace
    self.most = most
  }
}

/// The orphans of a provider.
public struct OrphanList: Hashable, Sendable {
  /// By name; at most `Limits.orphans`.
  public var all: [Orphan] = []
  /// The number of orphans beyond those.
  public var more = 0
  /// When the provider was last listed; nil if never.
  public var listedAt: Timestamp?
  /// Why the last listing failed, or why the rule removes nothing.
  public var problem: SafeText?

  /// An empty list.
  public init() {}

  /// The number of places they take; each orphan beyond `all` counts as one.
  public var places: Int {
    let ids = all.compactMap { orphan -> DeploymentID? in
      guard case .deployment(let id) = orphan.thing.purpose, orphan.isConfirmed else { return nil }
      return id
    }
    return Set(ids).count + more
  }
  /// The orphans that were seen at least twice.
  public var confirmed: [Orphan] { all.filter(\.isConfirmed) }
}

/// A call to a provider that can list its resources, made after the commit that led to it.
public struct InventoryCall: Hashable, Sendable {
  /// The task of the call.
  public enum Task: Hashable, Sendable {
    /// List the resources with the engine's ownership tag.
    case list
    /// Remove one resource.
    case remove(ExternalResource)
  }
  /// Its number, from the same sequence as those of driver calls.
  public var id: CallID
  /// The provider's name.
  public var provider: SafeText
  /// The task of the call.
  public var task: Task
}

/// The result of an inventory call.
public enum InventoryAnswer: Hashable, Sendable {
  /// The existing resources.
  case things([ExternalResource])
  /// The resource does not exist any more.
  case removed
  /// The call failed, or its result is unknown.
  case failed(SafeText)
}
