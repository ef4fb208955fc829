import DeploymentInterface
import DequeModule
import SafeTexts

/// What a step wants done, collected in lanes until `takeEffects`.
///
/// Records of deployments, pools and providers are not in it: their tables know which of them
/// changed, and each is stored once, as it is at the end.
struct Outbox: Sendable {
  private var changes: [StoreChange] = []
  private var journal: [JournalEntry] = []
  private var answers: [Answer] = []
  /// Calls that are decided on and not made yet.
  private(set) var calls: [Call] = []
  private var inventories: [InventoryCall] = []
  private var followUps = Deque<FollowUp>()
  private var brokenInvariant: String?

  /// Stores something besides the records of the tables.
  mutating func store(_ change: StoreChange) { changes.append(change) }

  /// Stores a publication once, in its first place, so that an old revision stops being active
  /// before a new one begins.
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

  /// A record with the number of an erased one comes instead in the same commit.
  mutating func keepNumber(of id: DeploymentID) {
    changes.removeAll { $0 == .erasedDeployment(id) }
  }

  mutating func write(_ entry: JournalEntry) { journal.append(entry) }
  mutating func answer(_ answer: Answer) { answers.append(answer) }
  mutating func make(_ call: Call) { calls.append(call) }
  mutating func make(_ call: InventoryCall) { inventories.append(call) }

  /// Drops a call that was superseded before it was made.
  mutating func dropCall(at place: Int) -> Call { calls.remove(at: place) }

  /// Asks for something to be done before anything else of this step is.
  mutating func follow(with followUp: FollowUp) { followUps.append(followUp) }
  mutating func nextFollowUp() -> FollowUp? { followUps.popFirst() }

  /// Something happened that cannot: the step must not be stored. The first sentence counts.
  mutating func breakInvariant(_ sentence: String) {
    if brokenInvariant == nil { brokenInvariant = sentence }
  }

  /// What must hold where no type says it.
  mutating func invariant(_ condition: Bool, _ sentence: @autoclosure () -> String) {
    if !condition { breakInvariant(sentence()) }
  }

  /// Everything that was collected, with the records of the tables first.
  mutating func take(after records: [StoreChange], counters: Counters?) -> Effects {
    var outcome = Effects()
    outcome.changes = records
    outcome.changes.append(contentsOf: changes)
    if let counters { outcome.changes.append(.counters(counters)) }
    changes.removeAll(keepingCapacity: true)
    outcome.brokenInvariant = brokenInvariant.map { SafeText($0) }
    swap(&outcome.journal, &journal)
    swap(&outcome.answers, &answers)
    swap(&outcome.calls, &calls)
    swap(&outcome.inventories, &inventories)
    return outcome
  }
}

/// What one part of the engine leaves to another that stands above it: done as soon as the present
/// input has been taken in, in the order in which it was asked for.
enum FollowUp: Sendable {
  /// Nothing of a pool exists outside any more: it may have a provider to move to.
  case poolEmptied(Int)
  /// A record of a pool was erased: the pool may go with it.
  case recordErased(pool: Int)
  /// A deployment no longer stands on a publication of its pool.
  case publicationLeft(pool: Int, revision: Int)
  /// What is to be told after whatever comes before it.
  case journal(JournalEntry)
}
