import DeploymentInterface
import SafeTexts

/// A deployment or publication under test: makes the engine's calls on it and states expectations.
struct ConformanceSubject: Sendable {
  let runner: ConformanceRunner
  var thing: ConformanceResource
  let service: any Service
  var placement = Placement.cache(.l1, reservedFor: nil)
  var publication: PublicationReference?
  var isPublication = false
  /// The data that the driver stored last.
  var data: [UInt8] = []
  private(set) var last: CallResult
  /// Whether every call is made twice on the same data, as after a crash between call and commit.
  var isDoubled = false
  /// The number of calls so far.
  private(set) var calls = 0

  init(_ runner: ConformanceRunner, _ thing: ConformanceResource, _ service: any Service) {
    self.runner = runner
    self.thing = thing
    self.service = service
    last = CallResult(id: CallID(1), answer: nil)
  }

  private var name: String { thing.identity.name }

  // MARK: Calls

  /// Makes one call and stores its outcome.
  @discardableResult
  mutating func call(
    _ task: DriverTask?, notices: [Notice] = [], cancelled: Bool = false
  ) async throws(CheckEnd) -> TaskState? {
    runner.note(self)
    if isDoubled { _ = try await outcome(task, notices, cancelled: false) }
    last = try await outcome(task, notices, cancelled: cancelled)
    calls += 1
    if let stored = last.data { data = stored }
    runner.note(self)
    return last.answer
  }

  private func outcome(
    _ task: DriverTask?, _ notices: [Notice], cancelled: Bool
  ) async throws(CheckEnd) -> CallResult {
    let record = CallRecord(
      id: isPublication ? 0 : thing.id, pool: "kit", identity: thing.identity,
      placement: placement, publication: publication, time: runner.now)
    let subject: CallTarget =
      isPublication ? .publication(PoolID(1), 1) : .deployment(DeploymentID(thing.id))
    let call = Call(
      id: ConformanceRunner.nextCall(), subject: subject, pool: PoolID(1), notices: notices,
      task: task, data: data, record: record, timeLimit: runner.fixture.callLimit)
    let outcome = await runner.perform(
      call, on: service, owner: thing.owner, cancelled: cancelled)
    if case .error(let failure)? = outcome?.answer,
      failure.reason.text.hasPrefix(AddressText.refusal)
    {
      // The engine would try again, and get the same answer.
      throw .failed(failure.reason.text)
    }
    if let outcome { return outcome }
    throw .failed("\(task.word) of \(name) did not return within \(runner.fixture.callLimit)")
  }

  @discardableResult
  mutating func start(_ kind: OperationKind) async throws(CheckEnd) -> TaskState? {
    if case .deployForUser = kind { placement = .cache(.l1, reservedFor: "ana") }
    return try await call(.start(kind))
  }

  /// Runs a whole operation and returns its answer; retries transient failures, as the engine does.
  @discardableResult
  mutating func run(_ kind: OperationKind) async throws(CheckEnd) -> TaskState? {
    try await start(kind)
    return try await settle(kind)
  }

  /// Calls `checkState` until the answer is not `running`.
  mutating func settle(_ kind: OperationKind) async throws(CheckEnd) -> TaskState? {
    let limit = runner.fixture.operationLimit
    let end = ContinuousClock.now + .milliseconds(limit.milliseconds)
    var step = DriverTask.check(kind)
    if last.isPassing { step = .start(kind) }
    var pause = Int64(50)
    while true {
      switch last.answer {
      case .running:
        await Self.wait(last.suggestedTime.milliseconds)
        step = .check(kind)
      case .error(let failure) where !failure.kind.endsOperation:
        await Self.wait(pause)
        pause = min(2000, pause * 2)
      case .finished, .error, nil: return last.answer
      }
      guard ContinuousClock.now < end else {
        throw .failed("\(kind.word) of \(name) did not finish within \(limit): \(last.answer.text)")
      }
      try await call(step)
    }
  }

  /// Runs a whole operation, and expects that it finishes.
  mutating func finish(_ kind: OperationKind) async throws(CheckEnd) {
    let answer = try await run(kind)
    try expect(answer == .finished, "\(kind.word) of \(name) ended with \(answer.text)")
    if kind == .destroy || kind == .cancel { runner.forget(thing) }
  }

  /// Deploys it at L1 if the service has L1, otherwise for a user.
  mutating func deploy() async throws(CheckEnd) {
    try await finish(deployment)
  }

  /// The deploy operation of checks that work with any.
  var deployment: OperationKind {
    service.cacheLevels.contains(.l1) ? .deployForCache(.l1) : .deployForUser
  }

  /// Sends notices without a task.
  mutating func tell(_ notices: [Notice]) async throws(CheckEnd) {
    try await call(nil, notices: notices)
  }

  static func wait(_ milliseconds: Int64) async {
    try? await Task.sleep(for: .milliseconds(max(1, milliseconds)))
  }

  // MARK: Expectations

  func expect(_ condition: Bool, _ otherwise: @autoclosure () -> String) throws(CheckEnd) {
    if !condition { throw .failed(otherwise()) }
  }

  /// Expects this number of external resources; does nothing if the fixture cannot count.
  func expect(count number: Int, _ when: String) async throws(CheckEnd) {
    guard let there = try await count() else { return }
    try expect(there == number, "\(there) resources of \(name) exist instead of \(number), \(when)")
  }

  /// The number of its external resources; nil if the fixture cannot count.
  func count() async throws(CheckEnd) -> Int? {
    guard let count = runner.fixture.count else { return nil }
    do {
      return try await count(thing)
    } catch {
      throw .failed("cannot count the resources of \(name): \(error)")
    }
  }
}

extension ConformanceRunner {
  /// Skips the check if the fixture cannot count.
  func needsCount() throws(CheckEnd) {
    guard fixture.count != nil else { throw .skipped("the fixture cannot count resources") }
  }

  /// Skips the check if the service does not have this level.
  func needs(_ level: CacheLevel) throws(CheckEnd) {
    guard traits.cacheLevels.contains(level) else {
      throw .skipped("the service has no \(level.rawValue) cache")
    }
  }
}

extension CallResult {
  /// Whether it is a failure that the engine retries.
  var isPassing: Bool {
    if case .error(let failure) = answer { !failure.kind.endsOperation } else { false }
  }
}

extension DriverTask? {
  /// The name of the method that is called.
  var word: String {
    switch self {
    case .start(let kind): kind.word
    case .check: "checkState"
    case nil: "a notice"
    }
  }
}

extension TaskState? {
  /// The answer, for use in a sentence.
  var text: String {
    switch self {
    case .running: "running"
    case .finished: "finished"
    case .error(let failure): "an error (\(failure.kind.rawValue)): \(failure.reason)"
    case nil: "no answer"
    }
  }

  /// The failure, if the answer is one.
  var failure: DeploymentFailure? {
    if case .error(let failure) = self { failure } else { nil }
  }
}
