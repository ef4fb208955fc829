import DeploymentInterface
import DequeModule
import SafeTexts

/// The effects of a step, collected in lanes until `takeEffects`.
///
/// Records of deployments, pools and providers are not here: their tables track which of them
/// changed, and each is stored once, in its final form.
struct Outbox: Sendable {
  private var changes: [StoreChange] = []
  private var journal: [JournalEntry] = []
  private var answers: [Answer] = []
  /// Calls that are decided but not yet made.
  private(set) var calls: [Call] = []
  private var inventories: [InventoryCall] = []
  private var followUps = Deque<FollowUp>()
  private var brokenInvariant: String?

  /// Stores a change that is not a record of a table.
  mutating func store(_ change: StoreChange) { changes.append(change) }

  /// Stores a publication once, at its first position, so that an old revision stops being active
  /// before a new one starts.
  mutating func store(_ publication: PublicationRecord) {
    let stored = changes.firstIndex {
      guard case .publication(let other) = $0 else { return false }
      return other.pool == publication.pool && other.revision == publication.revision
    }
    if let stored {
      changes[stored] = .publication(publication)
    } else {
      changes.append(.publication(publication))
    }
  }

  /// Keeps the number of an erased record: a new record with it follows in the same commit.
  mutating func keepNumber(of id: DeploymentID) {
    changes.removeAll { $0 == .erasedDeployment(id) }
  }

  mutating func write(_ entry: JournalEntry) { journal.append(entry) }
  mutating func answer(_ answer: Answer) { answers.append(answer) }
  mutating func make(_ call: Call) { calls.append(call) }
  mutating func make(_ call: InventoryCall) { inventories.append(call) }

  /// Drops a call that was superseded before it was made.
  mutating func dropCall(at place: Int) -> Call { calls.remove(at: place) }

  /// Schedules a follow-up that is done before anything else of this step.
  mutating func follow(with followUp: FollowUp) { followUps.append(followUp) }
  mutating func nextFollowUp() -> FollowUp? { followUps.popFirst() }

  /// Reports a broken invariant: the step must not be stored. Only the first sentence is kept.
  mutating func breakInvariant(_ sentence: String) {
    if brokenInvariant == nil { brokenInvariant = sentence }
  }

  /// Checks a condition that no type expresses.
  mutating func invariant(_ condition: Bool, _ sentence: @autoclosure () -> String) {
    if !condition { breakInvariant(sentence()) }
  }

  /// All collected effects, with the records of the tables first.
  ///
  /// - Parameter records: grow in place: with a second owner they would be copied for that.
  mutating func take(after records: consuming [StoreChange], counters: Counters?) -> Effects {
    var effects = Effects()
    if !changes.isEmpty {
      records.append(contentsOf: changes)
      changes.removeAll(keepingCapacity: true)
    }
    if let counters { records.append(.counters(counters)) }
    effects.changes = records
    effects.brokenInvariant = brokenInvariant.map { SafeText($0) }
    swap(&effects.journal, &journal)
    swap(&effects.answers, &answers)
    swap(&effects.calls, &calls)
    swap(&effects.inventories, &inventories)
    return effects
  }
}

/// Work that one part of the engine leaves to a part above it: done after the present input has
/// been handled, in the order of the requests.
enum FollowUp: Sendable {
  /// Nothing of a pool exists on its provider any more: it may have a provider to move to.
  case poolEmptied(Int)
  /// A record of a pool was erased: the pool may be erased with it.
  case recordErased(pool: Int)
  /// More deployments are history than are kept.
  case historyGrown
  /// A deployment no longer depends on a publication of its pool.
  case publicationLeft(pool: Int, revision: Int)
  /// An entry that must follow all others of the step.
  case journal(JournalEntry)
}
