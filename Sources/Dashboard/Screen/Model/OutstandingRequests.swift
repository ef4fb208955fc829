import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// A request that was made here, until it is known what came of it.
struct OutstandingRequest: Hashable, Sendable {
  /// How far it has come.
  enum Stage: Hashable, Sendable {
    /// Nobody has answered yet.
    case sent
    /// It was not answered in time and is being taken back.
    case withdrawing
    /// It will be carried out.
    case accepted
    /// It was done.
    case done
    /// It was accepted, and then failed or was taken back.
    case failed(SafeText)
    /// It was refused.
    case refused(SafeText)

    /// Nothing more will come of it.
    var isOver: Bool {
      switch self {
      case .sent, .withdrawing, .accepted: false
      case .done, .failed, .refused: true
      }
    }
  }

  /// Its key.
  let key: RequestKey
  /// What was asked.
  let action: ActionID
  /// The verb itself.
  let verb: Verb
  /// Of what it was asked, as it was then; nil: of a pool.
  let target: Target?
  /// The name of what it was asked of.
  let name: SafeText
  /// The press that it belongs to.
  let batch: Int
  /// When it was made, or could not be taken back.
  var at: Moment
  /// How far it has come.
  var stage = Stage.sent
  /// Whether it was seen waiting for its not-before time.
  var wasPending = false
  /// When its stage changed last.
  var since: Moment
}

/// What one press of a key asked for: one request, or one for each marked deployment.
struct Batch: Hashable, Sendable {
  /// Its number.
  let number: Int
  /// What was asked.
  let action: ActionID
  /// The requests, in the order in which they were made.
  let requests: [RequestKey]
  /// What was not even asked for, because it cannot be.
  let refusedHere: [Refused]
  /// The answers have been told of.
  var isAnswered = false
}

/// Every request made here that is still of interest. Bounded.
struct OutstandingRequests: Hashable, Sendable {
  /// Presses that are remembered.
  private static let limit = 50

  private(set) var batches: [Batch] = []
  private var asks: [RequestKey: OutstandingRequest] = [:]
  private var latest: [DeploymentID: RequestKey] = [:]
  private var nextBatch = 1

  /// The number that the next press gets.
  var nextNumber: Int { nextBatch }

  /// Remembers one press.
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

  /// The last request that was made about a deployment.
  func latest(for id: DeploymentID) -> OutstandingRequest? { latest[id].flatMap { asks[$0] } }

  /// The press that a request belongs to.
  func batch(_ number: Int) -> Batch? { batches.first { $0.number == number } }

  /// The requests of a press, in their order.
  func asks(of batch: Batch) -> [OutstandingRequest] { batch.requests.compactMap { asks[$0] } }

  /// Everything that is not over yet, in the order in which it was asked.
  var open: [OutstandingRequest] { batches.flatMap(asks(of:)).filter { !$0.stage.isOver } }

  /// Whether nothing is remembered.
  var isIdle: Bool { asks.isEmpty }

  /// Whether time alone changes something: an answer is late, an outcome was told long enough.
  var isTimed: Bool {
    batches.contains { batch in asks(of: batch).contains { $0.stage != .accepted } }
  }

  /// The answers of a press have been told of.
  mutating func markAnswered(_ number: Int) {
    guard let place = batches.firstIndex(where: { $0.number == number }) else { return }
    batches[place].isAnswered = true
  }

  /// Lets go of a press and its requests.
  mutating func forget(_ number: Int) {
    guard let place = batches.firstIndex(where: { $0.number == number }) else { return }
    for key in batches[place].requests {
      if let target = asks[key]?.target, latest[target.id] == key { latest[target.id] = nil }
      asks[key] = nil
    }
    batches.remove(at: place)
  }
}
