import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// A request made here, until its outcome is known.
struct OutstandingRequest: Hashable, Sendable {
  /// The stage of the request.
  enum Stage: Hashable, Sendable {
    /// Not answered yet.
    case sent
    /// Not answered in time; being withdrawn.
    case withdrawing
    /// Accepted, and not finished yet.
    case accepted
    /// Finished.
    case done
    /// Accepted, and then failed or undone.
    case failed(SafeText)
    /// Refused.
    case refused(SafeText)

    /// Whether the stage is final.
    var isOver: Bool {
      switch self {
      case .sent, .withdrawing, .accepted: false
      case .done, .failed, .refused: true
      }
    }
  }

  /// The key.
  let key: RequestKey
  /// The action that was requested.
  let action: ActionID
  /// The request itself.
  let verb: Verb
  /// The deployment as it was at the time; nil: the request is about a pool.
  let target: Target?
  /// The name of the subject.
  let name: SafeText
  /// The number of the batch that the request belongs to.
  let batch: Int
  /// When it was made, or when withdrawing it failed.
  var at: Moment
  /// The stage of the request.
  var stage = Stage.sent
  /// Whether it was seen waiting for its not-before time.
  var wasPending = false
  /// When its stage last changed.
  var since: Moment
}

/// The requests of one key press: one, or one for each marked deployment.
struct Batch: Hashable, Sendable {
  /// The number of the batch.
  let number: Int
  /// The action that was requested.
  let action: ActionID
  /// The requests, in order.
  let requests: [RequestKey]
  /// The subjects that were refused without a request.
  let refusedHere: [Refused]
  /// Whether the answers have been reported.
  var isAnswered = false
}

/// The requests made here that are still of interest. Bounded.
struct OutstandingRequests: Hashable, Sendable {
  /// The number of batches that are remembered.
  private static let limit = 50

  private(set) var batches: [Batch] = []
  private var asks: [RequestKey: OutstandingRequest] = [:]
  private var latest: [DeploymentID: RequestKey] = [:]
  private var nextBatch = 1

  /// The number of the next batch.
  var nextNumber: Int { nextBatch }

  /// Adds a batch.
  mutating func add(_ made: [OutstandingRequest], action: ActionID, refusedHere: [Refused]) {
    batches.append(
      Batch(number: nextBatch, action: action, requests: made.map(\.key), refusedHere: refusedHere))
    nextBatch += 1
    for ask in made {
      asks[ask.key] = ask
      if let target = ask.target { latest[target.id] = ask.key }
    }
    while batches.count > Self.limit { forget(batches[0].number) }
  }

  /// A request by its key.
  subscript(key: RequestKey) -> OutstandingRequest? {
    get { asks[key] }
    set { asks[key] = newValue }
  }

  /// The last request about a deployment.
  func latest(for id: DeploymentID) -> OutstandingRequest? { latest[id].flatMap { asks[$0] } }

  /// The batch with this number.
  func batch(_ number: Int) -> Batch? { batches.first { $0.number == number } }

  /// The requests of a batch, in order.
  func asks(of batch: Batch) -> [OutstandingRequest] { batch.requests.compactMap { asks[$0] } }

  /// All unfinished requests, in order.
  var open: [OutstandingRequest] { batches.flatMap(asks(of:)).filter { !$0.stage.isOver } }

  /// Whether no request is remembered.
  var isIdle: Bool { asks.isEmpty }

  /// Whether time alone changes a request: an answer becomes late, or an outcome has been shown
  /// long enough.
  var isTimed: Bool {
    batches.contains { batch in asks(of: batch).contains { $0.stage != .accepted } }
  }

  /// Marks a batch's answers as reported.
  mutating func markAnswered(_ number: Int) {
    guard let place = batches.firstIndex(where: { $0.number == number }) else { return }
    batches[place].isAnswered = true
  }

  /// Forgets a batch and its requests.
  mutating func forget(_ number: Int) {
    guard let place = batches.firstIndex(where: { $0.number == number }) else { return }
    for key in batches[place].requests {
      if let target = asks[key]?.target, latest[target.id] == key { latest[target.id] = nil }
      asks[key] = nil
    }
    batches.remove(at: place)
  }
}
