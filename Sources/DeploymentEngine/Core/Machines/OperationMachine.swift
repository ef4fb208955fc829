public import DeploymentInterface
import SafeTexts

/// The operation of a deployment or a publication: at most one for each, with one machine for both.
public struct Operation: Hashable, Sendable {
  /// The kind of the operation.
  public let kind: OperationKind
  /// What the next call does.
  public private(set) var step: OperationStep
  /// The number of failures in a row that were retried; starts at 0.
  public private(set) var failures: Int
  /// When the operation must have finished.
  public private(set) var deadline: Deadline
  /// Whether its place was given back because it made no progress.
  public private(set) var isStuck: Bool

  /// Creates an operation; by default one that has not been called.
  public init(
    _ kind: OperationKind, step: OperationStep = .start, failures: Int = 0, deadline: Deadline,
    isStuck: Bool = false
  ) {
    self.kind = kind
    self.step = step
    self.failures = failures
    self.deadline = deadline
    self.isStuck = isStuck
  }

  /// The task of the next call; nil while it waits for a place.
  var task: DriverTask? {
    switch step {
    case .start: .start(kind)
    case .check: .check(kind)
    case .queued, .again: nil
    }
  }

  /// It waits for a place of its provider, and its time has not begun.
  var isQueued: Bool {
    switch step {
    case .queued: true
    case .start, .check, .again: false
    }
  }

  /// It holds no place of its provider: it waits for one, or for its next try.
  var isWaiting: Bool {
    switch step {
    case .queued, .again: true
    case .start, .check: false
    }
  }

  /// It waits for its next try, and for a place then.
  var waitsToTryAgain: Bool { step == .again }

  /// Its time is over.
  func isOver(at now: EngineTime) -> Bool { deadline.at <= now.moment }

  /// Why it ends when its deadline passes.
  var overdueSentence: String { "\(kind.word) did not finish within \(deadline.length.spoken)" }

  // MARK: Inputs

  /// The driver answered *running*: from now on it is checked.
  mutating func keepRunning() {
    step = .check
    failures = 0
  }

  /// The driver failed temporarily: the same call is made again.
  /// - Parameter givesPlaceBack: whether its place goes to others meanwhile, unless the operation
  ///   has begun on the platform.
  mutating func failForNow(givesPlaceBack: Bool = false) {
    failures += 1
    if givesPlaceBack, step == .start { step = .again }
  }

  /// It has a place again.
  mutating func tryAgain() { step = .start }

  /// Its call hangs: its place goes to others, and it is tried again in its turn when the call has
  /// returned.
  mutating func giveWay() {
    step = .again
    if kind.queue == .removal { isStuck = true }
  }

  /// The same from its beginning, as soon as there is a place for what is stuck.
  func begunAgain(by deadline: Deadline) -> Operation {
    Operation(kind, step: .again, failures: failures, deadline: deadline, isStuck: true)
  }

  /// Moves the deadline.
  mutating func extend(until moment: Moment) { deadline.at = moment }

  /// The same operation with its deadline on another clock.
  public func mappingDeadlines(_ transform: (Deadline) -> Deadline) -> Operation {
    Operation(
      kind, step: step, failures: failures, deadline: transform(deadline), isStuck: isStuck)
  }
}

extension CallResult {
  /// The driver's answer to a task.
  var taskState: TaskState { answer ?? .error(.init(.unknown, "the driver gave no answer")) }

  /// The pause before a running operation is checked again.
  var checkPause: TimeSpan {
    min(max(suggestedTime, Timing.check.shortest), Timing.check.longest)
  }
}

extension DriverTask {
  /// The name of the driver's method.
  var method: String {
    switch self {
    case .start(let kind): kind.word
    case .check: "checkState"
    }
  }

  /// The operation that the task belongs to.
  var operation: OperationKind {
    switch self {
    case .start(let kind), .check(let kind): kind
    }
  }
}

/// The call in flight on a deployment or a publication. At most one for each.
struct CallInFlight: Sendable {
  let id: CallID
  /// The task; nil if the call only delivers notices.
  let task: DriverTask?
  /// The number of notices that the call delivers.
  let noticesSent: Int
  /// When it must have returned; nil after that was reported.
  private(set) var due: Moment?
  /// When it counts as one that hangs; nil before it is overdue, and after that was reported.
  private(set) var hangsAt: Moment?
  /// Whether it hangs, and that was reported.
  private(set) var isHung = false

  init(_ id: CallID, task: DriverTask?, noticesSent: Int = 0, due: Moment) {
    self.id = id
    self.task = task
    self.noticesSent = noticesSent
    self.due = due
  }

  /// Whether it is overdue and that was reported.
  var isOverdue: Bool { due == nil }

  /// Starts its time limit: the call is made only now.
  mutating func begin(due: Moment) { (self.due, hangsAt) = (due, nil) }

  /// Notes that its time limit has passed.
  ///
  /// - Returns: whether to report that now; true at most once.
  mutating func noteOverdue(at now: EngineTime) -> Bool {
    guard let due, due <= now.moment else { return false }
    self.due = nil
    hangsAt = due + Timing.hang
    return true
  }

  /// Notes that it has not returned long after its time limit.
  ///
  /// - Returns: whether to report that now; true at most once.
  mutating func noteHung(at now: EngineTime) -> Bool {
    guard let hangsAt, hangsAt <= now.moment else { return false }
    self.hangsAt = nil
    isHung = true
    return true
  }
}
