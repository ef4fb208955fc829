import Basics
import DeploymentInterface
import Foundation
import SafeTexts
import TestSupport
import Testing

import struct Synchronization.Atomic

@testable import DeploymentDrivers

/// Programs that are started once and answer one request per line, and their failures.
@Suite struct ServeTests {
  /// A server with a program in sh, whose body runs for each request, as in `CommandWorld.shell`.
  private struct Serving {
    let world: CommandWorld
    let server: DriverServer
    let program: DriverProgram

    init(
      _ body: String, start: String = "", within limit: TimeSpan = .seconds(20)
    ) throws {
      world = try CommandWorld()
      let path = try world.program(
        """
        echo $$ >> \(world.folder)/starts
        field() { printf %s "$request" | sed -n "s/.*\\"$1\\":\\"\\([^\\"]*\\)\\".*/\\1/p"; }
        reply() { printf '{"call":"%s",%s}\\n' "$call" "$1"; }
        done_() { reply '"outcome":"done"'; }
        \(start)
        while IFS= read -r request; do
        call=$(field call); key=$(field key); verb=$(field verb)
        \(body)
        done
        """.replacingOccurrences(of: "FOLDER", with: world.folder))
      program = try DriverProgram([
        "command": .list(["/bin/sh", path]), "serve": .bool(true),
        "answerWithin": .duration(limit),
      ])
      server = DriverServer(program, firstPause: .milliseconds(1))
    }

    func ask(_ key: String) async -> DriverProgram.Answer {
      var request = program.request("status")
      request.key = key
      return await server.ask(request)
    }

    /// Repeats a request while its failure is transient.
    func askUntilAnswered(_ key: String) async throws {
      try await waitUntil("\(key) is answered") {
        await isAnswered(key)
      }
    }

    func isAnswered(_ key: String) async -> Bool {
      if case .reply = await ask(key) { true } else { false }
    }

    func failure(_ key: String) async throws -> DeploymentFailure {
      let answer = await ask(key)
      guard case .failed(let failure) = answer else {
        throw Unexpected(what: "\(key) is answered with \(answer.words)")
      }
      return failure
    }

    var starts: Int { lines("starts").count }
    func lines(_ file: String) -> [Substring] {
      ProcessWorld.text("\(world.folder)/\(file)").split(separator: "\n")
    }

    func end() {
      server.end()
      world.end()
    }
  }

  private struct Unexpected: Error {
    var what: String
  }

  @Test func oneStartAnswersManyRequests() async throws {
    let serving = try Serving("done_")
    defer { serving.end() }
    await withTaskGroup(of: Bool.self) { group in
      for number in 0..<200 {
        group.addTask { await serving.isAnswered("k\(number)") }
      }
      for await isAnswered in group { #expect(isAnswered) }
    }
    #expect(serving.starts == 1)
  }

  @Test func oneThatIsNotAnsweredIsUnknownAndHoldsUpNoOther() async throws {
    // It is running: it has sent something else.
    let word = #"echo '{"notice":{"key":"x","owner":"x"}}'"#
    let serving = try Serving(
      "if [ $key = slow ]; then echo 1 >> FOLDER/asked; \(word); continue; fi; done_",
      within: .seconds(5))
    defer { serving.end() }
    let slow = Task.detached { try await serving.failure("slow") }
    try await waitUntil("it was asked") { !serving.lines("asked").isEmpty }
    for _ in 0..<5 { #expect(await serving.isAnswered("quick")) }
    let failure = try await slow.value
    #expect(failure.kind == .unknown && failure.reason == "status did not answer within 5s")
    #expect(await serving.isAnswered("quick"))
    #expect(serving.starts == 1)
  }

  @Test func aProgramThatSaysNothingAtAllIsEndedAndStartedAgain() async throws {
    let serving = try Serving(
      "if [ $key = slow ]; then sleep 1000; fi; done_", within: .seconds(1))
    defer { serving.end() }
    let failure = try await serving.failure("slow")
    #expect(failure.kind == .unknown)
    #expect(failure.reason == "status did not answer within 1s, and was ended")
    try await serving.askUntilAnswered("quick")
    #expect(serving.starts == 2)
  }

  @Test func whatItWasAskedWhenItDiesIsAnOutageAndSaysWhy() async throws {
    let serving = try Serving("if [ $key = bad ]; then echo because >&2; exit 3; fi; done_")
    defer { serving.end() }
    let failure = try await serving.failure("bad")
    #expect(failure.kind == .transient)
    let program = serving.program.words
    let prefix = "the driver is out of reach: `status` got no answer: "
    #expect(failure.reason.text == prefix + "`serve` of \(program) ended with 3: because")
    try await serving.askUntilAnswered("good")
    #expect(serving.starts == 2)
  }

  @Test func aProgramThatIsAwayIsAnOutageAndComesBack() async throws {
    let serving = try Serving("done_")
    defer { serving.end() }
    let path = "\(serving.world.folder)/served"
    let program = try DriverProgram(["command": .list([path]), "serve": .bool(true)])
    let server = DriverServer(program, firstPause: .milliseconds(1))
    defer { server.end() }
    func ask() async -> DriverProgram.Answer { await server.ask(program.request("status")) }
    guard case .failed(let failure) = await ask() else {
      Issue.record("it does not exist")
      return
    }
    #expect(failure.kind == .transient)
    #expect(failure.reason.text.contains("program \(path) does not exist"))
    let text = try String(contentsOfFile: "\(serving.world.folder)/driver", encoding: .utf8)
    _ = try serving.world.program("#!/bin/sh\n\(text)", named: "served")
    try await waitUntil("it is back") {
      if case .reply = await ask() { true } else { false }
    }
  }

  @Test func pausesBetweenStartsGrowAndHaveAnEnd() {
    let desk = RequestBroker(firstPause: .seconds(1))
    var pauses: [Int64] = []
    for _ in 1...12 {
      desk.noteEnd("it ended")
      pauses.append((desk.pauseLeft + 999) / 1000)
    }
    #expect(pauses == [1, 2, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5])
    desk.noteAnswer()
    desk.noteEnd("it ended")
    #expect(desk.pauseLeft <= 1000)
  }

  @Test func duringAPauseACallIsTriedAgainLaterAndSaysWhen() async throws {
    let heard = Mutex<DeploymentFailure?>(nil)
    let desk = RequestBroker(firstPause: .seconds(50))
    desk.noteEnd("it ended")
    let begins = desk.add(Self.call(1) { heard.set($0) })
    let failure = heard.withLock { $0 }
    #expect(!begins && failure?.kind == .transient)
    #expect(
      failure?.reason == "the driver is out of reach: it ended; it will be restarted in 50 s")
  }

  @Test func thereIsABoundOnWhatItIsAskedAtOnce() {
    let desk = RequestBroker(firstPause: .seconds(1))
    for number in 0..<200 { _ = desk.add(Self.call(number) { _ in }) }
    let first = desk.takeUnsent()
    #expect(first.count == Limits.servedCalls)
    #expect(desk.takeUnsent().isEmpty)
    _ = desk.take(first[0].id)
    #expect(desk.takeUnsent().map(\.id) == ["c\(Limits.servedCalls)"])
  }

  @Test(arguments: [
    ("echo nonsense", 1), (#"echo '{"call":7}'"#, 1), ("printf '\\377\\000\\n'", 1),
    (#"echo '{"call":"c-1","outcome":"done"}'"#, 1), ("done_", 1), ("echo; echo; echo", 1),
    (#"reply '"outcome":"done"' | head -c 10"#, 1),
  ])
  func linesThatAnswerNobodyAreDropped(_ line: String, _ starts: Int) async throws {
    let serving = try Serving("\(line)\necho\ndone_")
    defer { serving.end() }
    for _ in 1...5 {
      #expect(await serving.isAnswered("k"), "\(line)")
    }
    #expect(serving.starts == starts)
  }

  @Test func anAnswerThatCannotBeUnderstoodIsThatCallsTroubleAtOnce() async throws {
    let serving = try Serving(
      #"if [ $key = bad ]; then reply '"outcome":"perhaps"'; else done_; fi"#)
    defer { serving.end() }
    let failure = try await serving.failure("bad")
    #expect(failure.kind == .unknown)
    #expect(failure.reason.text.hasPrefix("status got an invalid answer"))
    #expect(await serving.isAnswered("good"))
    #expect(serving.starts == 1)
  }

  @Test(arguments: ["head -c 3000000 /dev/zero", "yes nonsense"])
  func whoSaysTooMuchIsEnded(_ flood: String) async throws {
    let serving = try Serving("if [ $key = bad ]; then \(flood); fi; done_", within: .minutes(5))
    defer { serving.end() }
    let failure = try await serving.failure("bad")
    #expect(failure.kind == .unknown)
    #expect(failure.reason.text.contains("more than 1048576 bytes without an answer"))
    try await serving.askUntilAnswered("good")
  }

  @Test func aChildThatKeepsItsStreamsHoldsNobodyUp() async throws {
    let serving = try Serving(
      "setsid sleep 1000 & echo $! >> FOLDER/pids; if [ $key = bad ]; then exit 1; fi; done_")
    defer {
      for pid in serving.lines("pids").compactMap({ Int32($0) }) { kill(pid, SIGKILL) }
      serving.end()
    }
    #expect(try await serving.failure("bad").kind == .transient)
    try await serving.askUntilAnswered("good")
  }

  @Test func whoDoesNotReadIsEnded() async throws {
    let said = #"{"notice":{"key":"e7-d3","owner":"e7"}}"#
    let serving = try Serving("done_", start: "exec <&-; echo '\(said)'; sleep 1000")
    defer { serving.end() }
    let isClosed = Mutex(false)
    let sink = NoticeSink(owner: "e7") { _ in isClosed.withLock { $0 = true } }
    serving.server.watch(sink)
    try await waitUntil("it has closed its input") {
      isClosed.withLock { $0 }
    }
    let failure = try await serving.failure("k")
    #expect(failure.reason.text.contains("does not read its requests"))
    withExtendedLifetime(sink) {}
  }

  @Test func itsGroupEndsWithIt() async throws {
    let serving = try Serving(
      "(trap '' TERM; sleep 1000) & echo $! >> FOLDER/pids; done_", start: "trap '' TERM")
    #expect(await serving.isAnswered("k"))
    serving.server.end()
    let pids = (serving.lines("pids") + serving.lines("starts")).compactMap { Int32($0) }
    #expect(pids.count == 2)
    for pid in pids {
      try await waitUntil("\(pid) is gone") {
        ["", "Z", "X"].contains(ProcessWorld.state(pid))
      }
    }
    let failure = try await serving.failure("late")
    #expect(failure.reason == "the driver's program has been stopped")
    serving.world.end()
  }

  @Test func itEndsWithTheLastWhoKnowsIt() async throws {
    let folder: CommandWorld
    do {
      let serving = try Serving("done_")
      folder = serving.world
      #expect(await serving.isAnswered("k"))
    }
    let pid = try #require(
      Int32(ProcessWorld.text("\(folder.folder)/starts").split(separator: "\n")[0]))
    try await waitUntil("it is gone") {
      ["", "Z", "X"].contains(ProcessWorld.state(pid))
    }
    folder.end()
  }

  @Test func whoDoesNotWaitAnyMoreIsToldSo() async throws {
    let serving = try Serving("echo 1 >> FOLDER/asked", within: .minutes(10))
    defer { serving.end() }
    let waiting = Task.detached { try await serving.failure("k") }
    try await waitUntil("it was asked") { !serving.lines("asked").isEmpty }
    waiting.cancel()
    #expect(try await waiting.value.reason == "it was cancelled before it was answered")
  }

  @Test func whatItSaysUnaskedIsToldWithoutBeingAsked() async throws {
    let said =
      #"{"notice":{"key":"e7-d3","owner":"e7","message":"\u001b[2Jgone","users":["ana"]}}"#
    let foreign = #"{"notice":{"key":"e8-d4","owner":"e8"}}"#
    let wrong = #"{"notice":{"key":"nonsense","owner":"e7"}}"#
    let serving = try Serving(
      "done_", start: "echo '\(foreign)'; echo '\(wrong)'; printf '%s\\n' '\(said)'")
    defer { serving.end() }
    let heard = Mutex<[DriverNotice]>([])
    let sink = NoticeSink(owner: "e7") { notice in heard.withLock { $0.append(notice) } }
    serving.server.watch(sink)
    try await waitUntil("both came") { heard.withLock { $0.count } >= 2 }
    #expect(
      heard.withLock { $0 } == [
        DriverNotice(owner: "e7", deployment: DeploymentID(3), kind: .users(["ana"])),
        DriverNotice(owner: "e7", deployment: DeploymentID(3), kind: .changed("␛[2Jgone")),
      ])
    withExtendedLifetime(sink) {}
  }

  @Test func oneThatIsWatchedIsStartedAgainWithoutBeingAsked() async throws {
    let serving = try Serving("done_", start: "[ $(wc -l < FOLDER/starts) -ge 3 ] || exit 1")
    defer { serving.end() }
    let sink = NoticeSink(owner: "e7") { _ in }
    serving.server.watch(sink)
    try await waitUntil("the third start") { serving.starts == 3 }
    withExtendedLifetime(sink) {}
  }

  @Test func aProviderWhoseProgramDoesNotServeSaysSo() async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let program = try world.shell("reply '\"outcome\":\"done\",\"protocols\":[1]'")
    let provider = try driver("command").makeProvider([
      "command": .list(["/bin/sh", program]), "serve": .bool(true),
    ])
    #expect(await provider.problem()?.text.contains("does not support serving") == true)
  }

  private static func call(
    _ number: Int, _ give: @escaping @Sendable (DeploymentFailure) -> Void
  ) -> ServedCall {
    let request = DriverRequest(
      verb: "status", call: "c\(number)", deadlineMs: 1000, provider: [:])
    return ServedCall(request, within: .seconds(1000)) { result in
      if case .failure(let failure) = result { give(failure) }
    }
  }
}

extension Mutex<DeploymentFailure?> {
  fileprivate borrowing func set(_ failure: DeploymentFailure) { withLock { $0 = failure } }
}
