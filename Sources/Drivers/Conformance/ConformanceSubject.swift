import DeploymentInterface
import SafeTexts

/// One deployment (or publication) in a check: what the engine does with it, and what it then
/// expects.
struct ConformanceSubject: Sendable {
  let bench: ConformanceRunner
  var thing: ConformanceResource
  let service: any Service
  var placement = Placement.cache(.l1, reservedFor: nil)
  var publication: PublicationReference?
  var isPublication = false
  /// What the driver stored last.
  var data: [UInt8] = []
  private(set) var last: CallResult
  /// Every call is made twice on the same data, as after a crash between call and commit.
  var isDoubled = false
  /// Calls so far.
  private(set) var calls = 0

  init(_ bench: ConformanceRunner, _ thing: ConformanceResource, _ service: any Service) {
    self.bench = bench
    self.thing = thing
    self.service = service
    last = CallResult(id: CallID(1), answer: nil)
  }

  private var name: String { thing.identity.name }

  // MARK: Calls

  /// One call; its outcome is stored.
  @discardableResult
  mutating func call(
    _ task: DriverTask?, notices: [Notice] = [], cancelled: Bool = false
  ) async throws(CheckEnd) -> TaskState? {
    bench.note(self)
    if isDoubled { _ = try await outcome(task, notices, cancelled: false) }
    last = try await outcome(task, notices, cancelled: cancelled)
    calls += 1
    if let stored = last.data { data = stored }
    bench.note(self)
    return last.answer
  }

  private func outcome(
    _ task: DriverTask?, _ notices: [Notice], cancelled: Bool
  ) async throws(CheckEnd) -> CallResult {
    let record = CallRecord(
      id: isPublication ? 0 : thing.id, pool: "kit", identity: thing.identity,
      placement: placement, publication: publication, time: bench.now)
    let subject: CallTarget =
      isPublication ? .publication(PoolID(1), 1) : .deployment(DeploymentID(thing.id))
    let call = Call(
      id: ConformanceRunner.nextCall(), subject: subject, pool: PoolID(1), notices: notices,
      task: task, data: data, record: record, timeLimit: bench.ground.callLimit)
    let outcome = await bench.perform(
      call, on: service, owner: thing.owner, cancelled: cancelled)
    if let outcome { return outcome }
    throw .failed("\(task.word) of \(name) did not return within \(bench.ground.callLimit)")
  }

  @discardableResult
  mutating func start(_ kind: OperationKind) async throws(CheckEnd) -> TaskState? {
    if case .deployForUser = kind { placement = .cache(.l1, reservedFor: "ana") }
    return try await call(.start(kind))
  }

  /// A whole operation, and its answer; what fails for now is asked again, as the engine would.
  @discardableResult
  mutating func run(_ kind: OperationKind) async throws(CheckEnd) -> TaskState? {
    try await start(kind)
    return try await settle(kind)
  }

  /// Checks until an answer is not `running`.
  mutating func settle(_ kind: OperationKind) async throws(CheckEnd) -> TaskState? {
    let limit = bench.ground.operationLimit
    let end = ContinuousClock.now + .milliseconds(limit.milliseconds)
    var step = DriverTask.check(kind)
    if last.isPassing { step = .start(kind) }
    var pause = Int64(50)
    while true {
      switch last.answer {
      case .running:
        await Self.wait(last.suggestedTime.milliseconds)
        step = .check(kind)
      case .error(let failure) where failure.kind != .permanent:
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

  /// A whole operation that must finish.
  mutating func finish(_ kind: OperationKind) async throws(CheckEnd) {
    let answer = try await run(kind)
    try expect(answer == .finished, "\(kind.word) of \(name) ended with \(answer.text)")
    if kind == .destroy || kind == .cancel { bench.forget(thing) }
  }

  /// Deploys it, at L1 where the service has it, else for a user.
  mutating func deploy() async throws(CheckEnd) {
    try await finish(deployment)
  }

  /// How it is deployed when it does not matter.
  var deployment: OperationKind {
    service.cacheLevels.contains(.l1) ? .deployForCache(.l1) : .deployForUser
  }

  /// Tells it something, without a task.
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

  /// So many outside things exist of it; nothing where that cannot be seen.
  func expect(count number: Int, _ when: String) async throws(CheckEnd) {
    guard let there = try await count() else { return }
    try expect(there == number, "\(there) resources of \(name) exist instead of \(number), \(when)")
  }

  /// How many outside things exist of it; nil: that cannot be seen.
  func count() async throws(CheckEnd) -> Int? {
    guard let count = bench.ground.count else { return nil }
    do {
      return try await count(thing)
    } catch {
      throw .failed("cannot count the resources of \(name): \(error)")
    }
  }
}

extension ConformanceRunner {
  /// Ends the check where nothing can be counted.
  func needsCount() throws(CheckEnd) {
    guard ground.count != nil else { throw .skipped("the fixture cannot count resources") }
  }

  /// Ends the check where the service does not have this level.
  func needs(_ level: CacheLevel) throws(CheckEnd) {
    guard traits.cacheLevels.contains(level) else {
      throw .skipped("the service has no \(level.rawValue) cache")
    }
  }
}

extension CallResult {
  /// It failed for now: the same is asked again.
  var isPassing: Bool {
    if case .error(let failure) = answer { failure.kind != .permanent } else { false }
  }
}

extension DriverTask? {
  /// The method that is called.
  var word: String {
    switch self {
    case .start(let kind): kind.word
    case .check: "checkState"
    case nil: "a notice"
    }
  }
}

extension TaskState? {
  /// The answer for a sentence.
  var text: String {
    switch self {
    case .running: "running"
    case .finished: "finished"
    case .error(let failure): "an error (\(failure.kind.rawValue)): \(failure.reason)"
    case nil: "no answer"
    }
  }

  /// The failure, if it is one.
  var failure: DeploymentFailure? {
    if case .error(let failure) = self { failure } else { nil }
  }
}
