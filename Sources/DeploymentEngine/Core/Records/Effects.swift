public import DeploymentInterface
public import SafeTexts

/// The answer to one request.
public struct Answer: Hashable, Sendable {
  /// The request's key.
  public var key: RequestKey
  /// The answer.
  public var reply: Reply
  /// An answer.
  public init(_ key: RequestKey, _ reply: Reply) {
    self.key = key
    self.reply = reply
  }
}

/// What the core wants done: everything but `calls` is stored in one commit, then the calls are
/// made.
public struct Effects: Hashable, Sendable {
  /// What is stored; each thing at most once, as it is at the end.
  public var changes: [StoreChange] = []
  /// What goes into the journal.
  public var journal: [JournalEntry] = []
  /// What is answered.
  public var answers: [Answer] = []
  /// What is called, after the commit.
  public var calls: [Call] = []
  /// What providers are asked about what exists on them, after the commit.
  public var inventories: [InventoryCall] = []
  /// What cannot be, and is: nothing of this is stored or done, and the engine begins anew from its
  /// store. Nil: all is well.
  public var brokenInvariant: SafeText?

  /// Nothing to do.
  public init() {}

  /// Nothing to do.
  public var isEmpty: Bool {
    isTransient && calls.isEmpty && inventories.isEmpty
  }
  /// Nothing to store.
  public var isTransient: Bool { changes.isEmpty && journal.isEmpty && answers.isEmpty }
}
