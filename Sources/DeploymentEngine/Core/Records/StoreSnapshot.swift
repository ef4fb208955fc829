public import DeploymentInterface

/// All of a store at one moment.
public struct StoreSnapshot: Hashable, Sendable {
  /// The number of the last commit in it; `StoreReader.changes(since:)` goes on from there.
  public var sequence: Int64
  /// The store's random name, by which a replaced store is noticed.
  public var storeID: String
  /// What is stored.
  public var state: StoredState
  /// When it was read.
  public var now: Timestamp

  /// A snapshot from its parts.
  public init(sequence: Int64, storeID: String, state: StoredState, now: Timestamp) {
    self.sequence = sequence
    self.storeID = storeID
    self.state = state
    self.now = now
  }
}

/// What changed in a store since a commit.
public struct StoreChanges: Hashable, Sendable {
  /// The number of the last commit that is told of.
  public var sequence: Int64
  /// Too much has happened since, or the file is another one: `changes` is empty, read a snapshot.
  public var isWhole: Bool
  /// Each thing that changed once, as it now is; erasures come first. The numbers that are given
  /// out next are not told of.
  public var changes: [StoreChange]

  /// Changes from their parts.
  public init(sequence: Int64, isWhole: Bool, changes: [StoreChange]) {
    self.sequence = sequence
    self.isWhole = isWhole
    self.changes = changes
  }
}

/// An event of the journal with its number.
public struct NumberedEntry: Hashable, Sendable {
  /// Its number; grows by one with each event and is never given twice.
  public let sequence: Int64
  /// The event.
  public let entry: JournalEntry

  /// An event with its number.
  public init(sequence: Int64, entry: JournalEntry) {
    self.sequence = sequence
    self.entry = entry
  }
}
