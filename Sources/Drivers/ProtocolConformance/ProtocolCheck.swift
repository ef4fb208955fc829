import DeploymentDrivers
import DeploymentInterface
import DriverConformance

/// What a program that speaks `engine-driver/1` must keep of the protocol.
enum ProtocolCheck {
  typealias Claim = NamedCheck<ProtocolBench>

  static func expect(
    _ condition: Bool, _ otherwise: @autoclosure () -> String
  ) throws(CheckEnd) {
    if !condition { throw .failed(otherwise()) }
  }

  /// Numbers that the other checks do not reach.
  static let first: Int64 = 900_001

  static let all: [Claim] = asking + standing + listing + serving

  private static let asking: [Claim] = [
    .init("describes-itself", "`describe` answers at once and names protocol 1") {
      bench throws(CheckEnd) in
      let answer = await bench.program.ask(bench.program.request(DriverVerb.describe.rawValue))
      guard case .reply(let reply) = answer, reply.outcome == .done else {
        throw .failed("describe ended with \(answer.words)")
      }
      try expect(reply.protocols?.contains(1) == true, "it does not answer protocols: [1]")
    },
    .init("validates-what-it-is-given", "`validate` accepts these settings") {
      bench throws(CheckEnd) in
      let request = bench.program.request(DriverVerb.validate.rawValue)
      let ending = try await run(bench, [request.verb], request.bytes)
      if ending.cause == .exited(DriverProcess.unknownVerb) {
        throw .skipped("it does not support `validate`")
      }
      let answer = bench.program.judge(ending, of: request)
      guard case .reply = answer else { throw .failed("validate ended with \(answer.words)") }
    },
    .init("refuses-unknown-verbs", "It exits with status 64 for an unknown verb") {
      bench throws(CheckEnd) in
      let ending = try await run(bench, ["no-such-verb"], bench.request(.status, id: first).bytes)
      try expect(
        ending.cause == .exited(DriverProcess.unknownVerb), "no-such-verb: \(ending.cause)")
    },
    .init("refuses-what-is-not-json", "A megabyte of nonsense is not `done`") {
      bench throws(CheckEnd) in
      try await refuses(bench, [UInt8](repeating: 0x7b, count: 1 << 20))
    },
    .init("refuses-an-empty-request", "Empty standard input is not `done`") {
      bench throws(CheckEnd) in
      try await refuses(bench, [])
    },
    .init("ignores-what-it-does-not-know", "An unknown member of a request is ignored") {
      bench throws(CheckEnd) in
      let request = bench.request(.status, id: first)
      let more = Array(#"{"later":{"than":["this"]},"#.utf8) + request.bytes.dropFirst()
      let ending = try await run(bench, [request.verb], more)
      do throws(DeploymentFailure) {
        _ = try ending.reply(to: request, within: bench.program.answerWithin)
      } catch {
        throw .failed("with one more member: \(error.reason)")
      }
    },
  ]

  private static let standing: [Claim] = [
    .init("nothing-is-absent", "`status` of an unknown key is `absent`") {
      bench throws(CheckEnd) in
      let power = try await bench.power(id: first)
      try expect(power == .absent, "status of an unknown key is \(power?.rawValue ?? "missing")")
    },
    .init("status-changes-nothing", "A repeated `status` gives the same answer") {
      bench throws(CheckEnd) in
      try await withOne(bench, first + 1) { bench throws(CheckEnd) in
        for _ in 1...3 {
          let power = try await bench.power(id: first + 1)
          try expect(power == .running, "a running one is \(power?.rawValue ?? "nothing")")
        }
      }
    },
    .init("status-knows-its-owner", "The same key of another owner is `absent`") {
      bench throws(CheckEnd) in
      try await withOne(bench, first + 2) { bench throws(CheckEnd) in
        var other = bench.request(.status, id: first + 2, owner: bench.owner + "-other")
        other.name = "kit-\(first + 2)"
        let answer = await bench.program.ask(other)
        guard case .reply(let reply) = answer else { return }
        let power = reply.observed?.power
        try expect(power == .absent, "another engine's is \(power?.rawValue ?? "nothing")")
      }
    },
    .init("one-name-one-thing", "A second key with the same name does not affect the first") {
      bench throws(CheckEnd) in
      try await withOne(bench, first + 3) { bench throws(CheckEnd) in
        var second = bench.request(.create, id: first + 4)
        second.end = "running"
        second.name = "kit-\(first + 3)"
        _ = try await bench.settled(second)
        second.verb = DriverVerb.delete.rawValue
        _ = try await bench.settled(second)
        let power = try await bench.power(id: first + 3)
        try expect(power == .running, "the first is \(power?.rawValue ?? "nothing")")
      }
    },
  ]

  private static let listing: [Claim] = [
    .init("lists-what-it-made", "`list` contains each resource once, with its key") {
      bench throws(CheckEnd) in
      try needsList(bench)
      try await withOne(bench, first + 5) { bench throws(CheckEnd) in
        let key = bench.request(.status, id: first + 5).key
        let count = try await bench.listed(owner: bench.owner).count { $0.key == key }
        try expect(count == 1, "the resource is listed \(count) times")
      }
      let key = bench.request(.status, id: first + 5).key
      let left = try await bench.listed(owner: bench.owner).contains { $0.key == key }
      try expect(!left, "a deleted resource is still listed")
    },
    .init("lists-its-owners-only", "`list` contains nothing of another owner") {
      bench throws(CheckEnd) in
      try needsList(bench)
      try await withOne(bench, first + 6) { bench throws(CheckEnd) in
        let others = try await bench.listed(owner: bench.owner + "-other")
        try expect(
          others.isEmpty, "\(others.count) resources are listed for an owner that has none")
      }
    },
  ]

  private static func needsList(_ bench: ProtocolBench) throws(CheckEnd) {
    guard bench.capabilities.list == true else { throw .skipped("it does not declare `list`") }
  }

  private static func withOne(
    _ bench: ProtocolBench, _ id: Int64,
    _ body: (ProtocolBench) async throws(CheckEnd) -> Void
  ) async throws(CheckEnd) {
    var end: CheckEnd?
    do throws(CheckEnd) {
      try await bench.make(id: id)
      try await body(bench)
    } catch {
      end = error
    }
    await bench.remove(id: id)
    if let end { throw end }
  }

  static func run(
    _ bench: ProtocolBench, _ words: [String], _ input: [UInt8]
  ) async throws(CheckEnd) -> DriverProcess.Ending {
    do throws(DeploymentFailure) {
      return try await bench.program.run(words, input)
    } catch {
      throw .failed("it cannot be run: \(error.reason)")
    }
  }

  /// It ends in time, and does not say done.
  private static func refuses(_ bench: ProtocolBench, _ input: [UInt8]) async throws(CheckEnd) {
    let ending = try await run(bench, [DriverVerb.status.rawValue], input)
    try expect(ending.cause != .late, "it does not exit")
    if ending.cause == .exited(0), let reply = try? DriverReply(reading: ending.output) {
      try expect(reply.outcome == .failed, "it answers \(reply.outcome.rawValue)")
    }
  }
}
