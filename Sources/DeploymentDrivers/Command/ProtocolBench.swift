import DeploymentEngine

/// One program, asked without the engine between.
struct ProtocolBench: Sendable {
  let program: DriverProgram
  let service: [String: String]
  let owner: String
  /// How long a verb may be asked until it no longer answers `running`.
  var limit = TimeSpan.minutes(5)
  var capabilities = DriverReply.Capabilities()

  /// A request about a deployment with this number.
  func request(_ verb: DriverVerb, id: Int64, owner other: String? = nil) -> DriverRequest {
    let owner = other ?? owner
    var request = program.request(verb.rawValue)
    request.owner = owner
    request.key = PlainName.of(owner) + "-d\(id)"
    request.name = "kit-\(id)"
    request.pool = "kit"
    request.service = service
    return request
  }

  /// What comes of a verb that is asked until it no longer answers `running`.
  func settled(_ request: DriverRequest) async throws(CheckEnd) -> DriverProgram.Answer {
    let end = ContinuousClock.now + .milliseconds(limit.milliseconds)
    while true {
      var again = request
      again.call = program.request("").call
      let answer = await program.ask(again)
      guard case .reply(let reply) = answer, reply.outcome == .running else { return answer }
      guard ContinuousClock.now < end else {
        throw .failed("\(request.verb) has not ended within \(limit)")
      }
      await ConformanceTrial.wait(min(10_000, reply.pollMs ?? 1000))
    }
  }

  /// Makes one that runs.
  func make(id: Int64) async throws(CheckEnd) {
    var create = request(.create, id: id)
    create.end = "running"
    let answer = try await settled(create)
    guard case .reply = answer else { throw .failed("create ended with \(answer.words)") }
  }

  /// Removes one, whatever comes of it.
  func remove(id: Int64) async {
    _ = try? await settled(request(.delete, id: id))
  }

  /// How one stands.
  func power(id: Int64, owner: String? = nil) async throws(CheckEnd) -> DriverPower? {
    let answer = await program.ask(request(.status, id: id, owner: owner))
    switch answer {
    case .absent: return .absent
    case .reply(let reply): return reply.observed?.power
    case .failed(let failure): throw .failed("status ended with: \(failure.reason)")
    }
  }

  /// Everything of an owner, all pages.
  func listed(owner: String) async throws(CheckEnd) -> [DriverReply.Item] {
    var items: [DriverReply.Item] = []
    var after: String?
    for _ in 0..<1000 {
      var request = program.request(DriverVerb.list.rawValue)
      request.owner = owner
      request.service = service
      request.after = after
      let answer = await program.ask(request)
      guard case .reply(let reply) = answer else {
        throw .failed("list ended with \(answer.words)")
      }
      items += reply.items ?? []
      if reply.complete == true { return items }
      guard let next = reply.next, next != after else {
        throw .failed("list is not complete, and says no next")
      }
      after = next
    }
    throw .failed("list does not end after 1000 pages")
  }
}

extension DriverProgram.Answer {
  /// For a sentence.
  var words: String {
    switch self {
    case .reply(let reply): reply.outcome.rawValue
    case .absent(let message): "notFound: \(message)"
    case .failed(let failure): "an error (\(failure.kind.rawValue)): \(failure.reason)"
    }
  }
}
