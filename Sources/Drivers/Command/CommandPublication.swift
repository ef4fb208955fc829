import Basics
import DeploymentInterface
import SafeTexts

/// A publication that a driver program prepares.
struct CommandPublication: Publication {
  typealias ServiceType = CommandService
  typealias Environment = PublicationEnvironment<CommandService>

  private(set) var suggestedTime = TimeSpan.seconds(1)
  private(set) var progress: Progress?
  private var verb: String?
  private var state: JSONValue?

  mutating func publish(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    try await ask(.publish, environment)
  }
  mutating func checkState(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    guard let verb = verb.flatMap(DriverVerb.init(rawValue:)) else {
      throw .permanent("checkState was called while no operation is running")
    }
    return try await ask(verb, environment)
  }
  mutating func cancel(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    try await ask(.unpublish, environment)
  }
  mutating func destroy(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    try await ask(.unpublish, environment)
  }

  /// The publication as part of a deployment's request.
  func reference(_ reference: PublicationReference, owner: String) -> DriverRequest.Publication {
    .init(
      key: Self.key(owner: owner, reference.name), name: reference.name,
      revision: reference.revision, state: state)
  }

  static func key(owner: String, _ name: String) -> String {
    let nowhere = EngineTime(moment: .init(milliseconds: 0), utc: .init(milliseconds: 0))
    return CommandService.key(
      owner: owner,
      CallRecord(
        id: 0, pool: "", identity: Identity(name: name), placement: .cache(.l1, reservedFor: nil),
        publication: nil, time: nowhere))
  }

  private mutating func ask(
    _ verb: DriverVerb, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    self.verb = verb.rawValue
    let record = environment.record
    var request = environment.service.program.request(verb.rawValue)
    request.key = CommandService.key(owner: environment.owner, record)
    request.owner = environment.owner
    request.pool = record.pool.text
    request.name = record.identity.name
    request.state = state
    request.service = environment.service.plan.configuration
    let answer = await environment.service.ask(request) { environment.doLog($0, $1) }
    switch answer {
    case .failed(let failure): throw failure
    case .absent(let message):
      guard verb == .unpublish else { throw .init(.permanent, message) }
      return finish()
    case .reply(let reply): return try take(reply)
    }
  }

  private mutating func take(_ reply: DriverReply) throws(DeploymentFailure) -> TaskState {
    if let kept = reply.state {
      guard kept.size <= Limits.driverStateBytes else {
        throw .permanent("the driver returned too much state for a publication")
      }
      state = kept == .null ? nil : kept
    }
    guard reply.outcome == .running else { return finish() }
    suggestedTime = .milliseconds(min(600_000, max(20, reply.pollMs ?? 1000)))
    progress = reply.progress.flatMap { percent in
      percent.isFinite ? Progress(done: Int(min(100, max(0, percent))), of: 100) : nil
    }
    return .running
  }

  private mutating func finish() -> TaskState {
    verb = nil
    progress = nil
    return .finished
  }
}
