import DeploymentDrivers
import DeploymentInterface
import DriverConformance

/// The rules of `engine-driver/1` that a driver program must follow.
enum ProtocolCheck {
  typealias Claim = NamedCheck<ProtocolRunner>

  static func expect(
    _ condition: Bool, _ otherwise: @autoclosure () -> String
  ) throws(CheckEnd) {
    if !condition { throw .failed(otherwise()) }
  }

  /// The first deployment number of these checks; the other checks do not reach it.
  static let first: Int64 = 900_001

  static let all: [Claim] = asking + standing + listing + serving

  private static let asking: [Claim] = [
    .init("describes-itself", "`describe` answers at once and names protocol 1") {
      runner throws(CheckEnd) in
      let answer = await runner.program.ask(runner.program.request(DriverVerb.describe.rawValue))
      guard case .reply(let reply) = answer, reply.outcome == .done else {
        throw .failed("describe ended with \(answer.words)")
      }
      try expect(reply.protocols?.contains(1) == true, "it does not answer protocols: [1]")
    },
    .init("validates-what-it-is-given", "`validate` accepts these settings") {
      runner throws(CheckEnd) in
      let request = runner.program.request(DriverVerb.validate.rawValue)
      let ending = try await run(runner, [request.verb], request.bytes)
      if ending.cause == .exited(DriverProcess.unknownVerb) {
        throw .skipped("it does not support `validate`")
      }
      let answer = runner.program.judge(ending, of: request)
      guard case .reply = answer else { throw .failed("validate ended with \(answer.words)") }
    },
    .init("refuses-unknown-verbs", "It exits with status 64 for an unknown verb") {
      runner throws(CheckEnd) in
      let ending = try await run(runner, ["no-such-verb"], runner.request(.status, id: first).bytes)
      try expect(
        ending.cause == .exited(DriverProcess.unknownVerb), "no-such-verb: \(ending.cause)")
    },
    .init("refuses-what-is-not-json", "A megabyte of nonsense is not `done`") {
      runner throws(CheckEnd) in
      try await refuses(runner, [UInt8](repeating: 0x7b, count: 1 << 20))
    },
    .init("refuses-an-empty-request", "Empty standard input is not `done`") {
      runner throws(CheckEnd) in
      try await refuses(runner, [])
    },
    .init("ignores-what-it-does-not-know", "An unknown member of a request is ignored") {
      runner throws(CheckEnd) in
      let request = runner.request(.status, id: first)
      let more = Array(#"{"later":{"than":["this"]},"#.utf8) + request.bytes.dropFirst()
      let ending = try await run(runner, [request.verb], more)
      do throws(DeploymentFailure) {
        _ = try ending.reply(to: request, within: runner.program.answerWithin)
      } catch {
        throw .failed("with one more member: \(error.reason)")
      }
    },
  ]

  private static let standing: [Claim] = [
    .init("nothing-is-absent", "`status` of an unknown key is `absent`") {
      runner throws(CheckEnd) in
      let power = try await runner.power(id: first)
      try expect(power == .absent, "status of an unknown key is \(power?.rawValue ?? "missing")")
    },
    .init("status-changes-nothing", "A repeated `status` gives the same answer") {
      runner throws(CheckEnd) in
      try await withOne(runner, first + 1) { runner throws(CheckEnd) in
        for _ in 1...3 {
          let power = try await runner.power(id: first + 1)
          try expect(power == .running, "a running deployment is \(power?.rawValue ?? "missing")")
        }
      }
    },
    .init("status-knows-its-owner", "The same key of another owner is `absent`") {
      runner throws(CheckEnd) in
      try await withOne(runner, first + 2) { runner throws(CheckEnd) in
        var other = runner.request(.status, id: first + 2, owner: runner.owner + "-other")
        other.name = "kit-\(first + 2)"
        let answer = await runner.program.ask(other)
        guard case .reply(let reply) = answer else { return }
        let power = reply.observed?.power
        try expect(power == .absent, "the key of another owner is \(power?.rawValue ?? "missing")")
      }
    },
    .init("one-name-one-thing", "A second key with the same name does not affect the first") {
      runner throws(CheckEnd) in
      try await withOne(runner, first + 3) { runner throws(CheckEnd) in
        var second = runner.request(.create, id: first + 4)
        second.end = "running"
        second.name = "kit-\(first + 3)"
        _ = try await runner.settled(second)
        second.verb = DriverVerb.delete.rawValue
        _ = try await runner.settled(second)
        let power = try await runner.power(id: first + 3)
        try expect(power == .running, "the first is \(power?.rawValue ?? "missing")")
      }
    },
  ]

  private static let listing: [Claim] = [
    .init("lists-what-it-made", "`list` contains each resource once, with its key") {
      runner throws(CheckEnd) in
      try needsList(runner)
      try await withOne(runner, first + 5) { runner throws(CheckEnd) in
        let key = runner.request(.status, id: first + 5).key
        let count = try await runner.listed(owner: runner.owner).count { $0.key == key }
        try expect(count == 1, "the resource is listed \(count) times")
      }
      let key = runner.request(.status, id: first + 5).key
      let left = try await runner.listed(owner: runner.owner).contains { $0.key == key }
      try expect(!left, "a deleted resource is still listed")
    },
    .init("lists-its-owners-only", "`list` contains nothing of another owner") {
      runner throws(CheckEnd) in
      try needsList(runner)
      try await withOne(runner, first + 6) { runner throws(CheckEnd) in
        let others = try await runner.listed(owner: runner.owner + "-other")
        try expect(
          others.isEmpty, "\(others.count) resources are listed for an owner that has none")
      }
    },
  ]

  private static func needsList(_ runner: ProtocolRunner) throws(CheckEnd) {
    guard runner.capabilities.list == true else { throw .skipped("it does not declare `list`") }
  }

  private static func withOne(
    _ runner: ProtocolRunner, _ id: Int64,
    _ body: (ProtocolRunner) async throws(CheckEnd) -> Void
  ) async throws(CheckEnd) {
    var end: CheckEnd?
    do throws(CheckEnd) {
      try await runner.make(id: id)
      try await body(runner)
    } catch {
      end = error
    }
    await runner.remove(id: id)
    if let end { throw end }
  }

  static func run(
    _ runner: ProtocolRunner, _ words: [String], _ input: [UInt8]
  ) async throws(CheckEnd) -> DriverProcess.Ending {
    do throws(DeploymentFailure) {
      return try await runner.program.run(words, input)
    } catch {
      throw .failed("it cannot be run: \(error.reason)")
    }
  }

  /// Expects that it exits in time and does not answer `done`.
  private static func refuses(_ runner: ProtocolRunner, _ input: [UInt8]) async throws(CheckEnd) {
    let ending = try await run(runner, [DriverVerb.status.rawValue], input)
    try expect(ending.cause != .late, "it does not exit")
    if ending.cause == .exited(0), let reply = try? DriverReply(reading: ending.output) {
      try expect(reply.outcome == .failed, "it answers \(reply.outcome.rawValue)")
    }
  }
}
