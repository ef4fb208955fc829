import DeploymentDrivers
import DriverConformance

/// The additional checks of a program that serves; its standard input is a file with all requests.
extension ProtocolCheck {
  static let serving: [Claim] = [
    .init("serves-each-line", "`serve` answers each request once, with its `call`") {
      runner throws(CheckEnd) in
      let requests = (1...8).map { runner.request(.status, id: first + 100 + $0) }
      let answers = try await served(runner, requests.flatMap(\.bytes))
      try expect(
        answers.compactMap(\.call).sorted() == requests.map(\.call).sorted(),
        "8 requests got \(answers.count) lines, not one line for each call")
      let isDone = answers.allSatisfy { $0.outcome == .done && $0.observed?.power == .absent }
      try expect(isDone, "status of an unknown key differs from the answer without serve")
    },
    .init("serves-until-its-input-ends", "It exits with status 0 when its input ends") {
      runner throws(CheckEnd) in
      let answers = try await served(runner, [])
      try expect(answers.isEmpty, "it answers without a request")
    },
    .init("serves-on-after-nonsense", "A line that is not a request is ignored") {
      runner throws(CheckEnd) in
      let request = runner.request(.status, id: first + 110)
      let nonsense = Array("{{{\n\n[7]\n".utf8) + [0xff, 0x00, 0x0a]
      let answers = try await served(runner, nonsense + request.bytes)
      try expect(
        answers.contains { $0.call == request.call && $0.outcome == .done },
        "the next request is not answered")
    },
    .init(
      "serves-no-unknown-verbs", "The answer to an unknown verb is `failed`, and serving continues"
    ) {
      runner throws(CheckEnd) in
      var unknown = runner.request(.status, id: first + 111)
      unknown.verb = "no-such-verb"
      let request = runner.request(.status, id: first + 111)
      let answers = try await served(runner, unknown.bytes + request.bytes)
      let outcome = answers.first { $0.call == unknown.call }?.outcome
      try expect(outcome == .failed, "it is answered with \(outcome?.rawValue ?? "nothing")")
      try expect(
        answers.contains { $0.call == request.call && $0.outcome == .done },
        "the next request is not answered")
    },
  ]

  /// All its answers, in order; lines that are not answers are left out.
  private static func served(
    _ runner: ProtocolRunner, _ input: [UInt8]
  ) async throws(CheckEnd) -> [DriverReply] {
    guard runner.capabilities.serve == true else {
      throw .skipped("it does not declare `serve`")
    }
    let ending = try await run(runner, ["serve"], input)
    try expect(ending.cause == .exited(0), "serve: \(ending.cause)")
    return ending.output.split(separator: 0x0a).compactMap { line in
      guard let reply = try? DriverReply(reading: Array(line)), reply.call != nil else {
        return nil
      }
      return reply
    }
  }
}
