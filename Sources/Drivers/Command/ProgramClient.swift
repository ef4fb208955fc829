package import DeploymentInterface
import SafeTexts

/// Calls a driver program directly: repeats a verb until it has finished, and reads lists page by
/// page.
///
/// Failures have the class `unknown`, because a verb that has not finished may still have worked.
package struct ProgramClient: Sendable {
  package let program: DriverProgram
  package let service: [String: String]
  /// How long a verb may answer `running`.
  package var limit = TimeSpan.minutes(5)
  private static let pages = 1000

  package init(program: DriverProgram, service: [String: String]) {
    self.program = program
    self.service = service
  }

  /// Repeats a verb while it answers `running`, and returns its final answer.
  package func settled(
    _ request: DriverRequest
  ) async throws(DeploymentFailure) -> DriverProgram.Answer {
    let end = ContinuousClock.now + .milliseconds(limit.milliseconds)
    while true {
      var again = request
      again.call = program.request("").call
      let answer = await program.ask(again)
      guard case .reply(let reply) = answer, reply.outcome == .running else { return answer }
      guard ContinuousClock.now < end else {
        throw .init(.unknown, SafeText("\(request.verb) did not finish within \(limit)"))
      }
      try? await Task.sleep(for: .milliseconds(min(10_000, reply.pollMs ?? 1000)))
    }
  }

  /// Lists all resources with an owner's mark, from all pages.
  package func listed(owner: String) async throws(DeploymentFailure) -> [DriverReply.Item] {
    var items: [DriverReply.Item] = []
    var after: String?
    for _ in 0..<Self.pages {
      var request = program.request(DriverVerb.list.rawValue)
      request.owner = owner
      request.service = service
      request.after = after
      let answer = await program.ask(request)
      if case .failed(let failure) = answer {
        throw .init(
          failure.kind, SafeText("list: \(failure.reason)"), retryAfter: failure.retryAfter)
      }
      guard case .reply(let reply) = answer else {
        throw .init(.unknown, SafeText("list ended with \(answer.words)"))
      }
      items += reply.items ?? []
      if reply.complete == true { return items }
      guard let next = reply.next, next != after else {
        throw .init(.unknown, "list is not complete, but gives no next")
      }
      after = next
    }
    throw .init(.unknown, SafeText("list does not end after \(Self.pages) pages"))
  }
}

extension DriverProgram.Answer {
  /// The answer, for use in a sentence.
  package var words: String {
    switch self {
    case .reply(let reply): reply.outcome.rawValue
    case .absent(let message): "notFound: \(message)"
    case .failed(let failure): "an error (\(failure.kind.rawValue)): \(failure.reason)"
    }
  }
}
