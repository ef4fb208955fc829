public import DeploymentInterface
import SafeTexts

/// The task in flight on a deployment or a publication: at most one for each, and one machine for
/// both.
public struct Operation: Hashable, Sendable {
  /// Which method.
  public let kind: OperationKind
  /// What is called next.
  public private(set) var step: OperationStep
  /// How often it failed in a way that is tried again; 0 at first.
  public private(set) var failures: Int
  /// When its time is over.
  public private(set) var deadline: Deadline
  /// It has made no progress for so long that its place was given back.
  public private(set) var isStuck: Bool

  /// An operation that has not been called yet.
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

  /// The next call; nil while it waits for a place.
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

  /// Why it ends when its time is over.
  var overdueSentence: String { "\(kind.word) did not finish within \(deadline.length.spoken)" }

  // MARK: Inputs

  /// The driver answered *running*: it is checked from now on.
  mutating func keepRunning() {
    step = .check
    failures = 0
  }

  /// The driver failed for now: the same call is made again. One that had not begun outside gives
  /// its place back meanwhile.
  mutating func failForNow() {
    failures += 1
    if step == .start { step = .again }
  }

  /// It has a place again.
  mutating func tryAgain() { step = .start }

  /// It has made no progress for too long.
  mutating func becomeStuck() { isStuck = true }

  /// It makes progress again.
  mutating func comeUnstuck() { isStuck = false }

  /// The same from its beginning, as soon as there is a place for what is stuck.
  func begunAgain(by deadline: Deadline) -> Operation {
    Operation(kind, step: .again, failures: failures, deadline: deadline, isStuck: true)
  }

  /// It may go on until then.
  mutating func extend(until moment: Moment) { deadline.at = moment }

  /// The same with its deadline on another clock.
  public func mappingDeadlines(_ transform: (Deadline) -> Deadline) -> Operation {
    Operation(
      kind, step: step, failures: failures, deadline: transform(deadline), isStuck: isStuck)
  }
}

extension CallResult {
  /// What the driver answered to a task.
  var taskState: TaskState { answer ?? .error(.init(.unknown, "the driver gave no answer")) }

  /// When an operation that runs is checked again.
  var checkPause: TimeSpan {
    min(max(suggestedTime, Timing.check.shortest), Timing.check.longest)
  }
}

extension DriverTask {
  /// The method's name.
  var method: String {
    switch self {
    case .start(let kind): kind.word
    case .check: "checkState"
    }
  }

  /// The operation that it belongs to.
  var operation: OperationKind {
    switch self {
    case .start(let kind), .check(let kind): kind
    }
  }
}

/// The call in flight on a deployment or a publication. At most one for each.
struct CallInFlight: Sendable {
  let id: CallID
  /// The task; nil where the driver is only told notices.
  let task: DriverTask?
  /// How many notices the call carries.
  let noticesSent: Int
  /// When it should have come back; nil once that was said.
  private(set) var due: Moment?

  init(_ id: CallID, task: DriverTask?, noticesSent: Int = 0, due: Moment) {
    self.id = id
    self.task = task
    self.noticesSent = noticesSent
    self.due = due
  }

  /// It should have come back by now, and that was said.
  var isOverdue: Bool { due == nil }

  /// It is made only now: its time begins now.
  mutating func begin(due: Moment) { self.due = due }

  /// Its time is over: said once.
  ///
  /// - Returns: whether that is to be said now.
  mutating func noteOverdue(at now: EngineTime) -> Bool {
    guard let due, due <= now.moment else { return false }
    self.due = nil
    return true
  }
}
