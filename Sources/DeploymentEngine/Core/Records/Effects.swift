public import DeploymentInterface
public import SafeTexts

/// The answer to one request.
public struct Answer: Hashable, Sendable {
  /// The request's key.
  public var key: RequestKey
  /// The reply.
  public var reply: Reply
  /// An answer.
  public init(_ key: RequestKey, _ reply: Reply) {
    self.key = key
    self.reply = reply
  }
}

/// What the core wants done: everything but `calls` and `inventories` is stored in one commit, then
/// the calls are made.
public struct Effects: Hashable, Sendable {
  /// Changes to store; each record at most once, in its final form.
  public var changes: [StoreChange] = []
  /// New entries of the journal.
  public var journal: [JournalEntry] = []
  /// Answers to requests.
  public var answers: [Answer] = []
  /// Driver calls to make after the commit.
  public var calls: [Call] = []
  /// Inventory calls to make after the commit.
  public var inventories: [InventoryCall] = []
  /// The broken invariant, if any: nothing of this is stored or done, and the engine restarts from
  /// its store.
  public var brokenInvariant: SafeText?

  /// No effects.
  public init() {}

  /// Whether there is nothing to do.
  public var isEmpty: Bool {
    isTransient && calls.isEmpty && inventories.isEmpty
  }
  /// Whether there is nothing to store.
  public var isTransient: Bool { changes.isEmpty && journal.isEmpty && answers.isEmpty }
}
