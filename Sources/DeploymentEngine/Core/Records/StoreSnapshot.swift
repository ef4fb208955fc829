public import DeploymentInterface

/// The whole content of a store at one moment.
public struct StoreSnapshot: Hashable, Sendable {
  /// The number of the last commit in it; `StoreReader.changes(since:)` continues from there.
  public var sequence: Int64
  /// The store's random id, which reveals a replaced store.
  public var storeID: String
  /// The stored state.
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
  /// The number of the last commit that is included.
  public var sequence: Int64
  /// Whether there were too many changes or the file was replaced: `changes` is empty, and the
  /// reader must read a snapshot.
  public var isWhole: Bool
  /// Each changed record once, in its latest form, erasures first. Changes of the counters are not
  /// included.
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
  /// Its number; each event gets the next one, and none is used twice.
  public let sequence: Int64
  /// The event.
  public let entry: JournalEntry

  /// An event with its number.
  public init(sequence: Int64, entry: JournalEntry) {
    self.sequence = sequence
    self.entry = entry
  }
}
