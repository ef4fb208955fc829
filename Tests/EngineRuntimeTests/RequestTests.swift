import DeploymentEngine
import DeploymentInterface
import GRDB
import Glibc
import Posix
import SafeTexts
import TestSupport
import Testing

@testable import EngineRuntime
@testable import EngineStore

struct RequestTests {
  private func bench() throws -> (EngineBench, EngineService) {
    let bench = try EngineBench()
    let engine = bench.engine(EngineBench.configuration(l1: 1))
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    return (bench, engine)
  }

  private func request(_ key: String, _ verb: Verb) -> Request {
    Request(key: RequestKey(key), actor: "tester", verb: verb)
  }

  @Test func isAnsweredByTheEngineThatRuns() throws {
    let (bench, engine) = try bench()
    guard case .accepted = try bench.ask(.pause("lab"), key: "a") else {
      Issue.record("not accepted")
      return
    }
    #expect(try bench.snapshot().pools[0].isPaused)
    guard case .refused(let refusal) = try bench.ask(.pause("nosuch"), key: "b") else {
      Issue.record("not refused")
      return
    }
    #expect(refusal.kind == .notFound)
    engine.stop(draining: .zero)
  }

  @Test func givesTheFirstAnswerAgainWhenItsKeyIsRepeated() throws {
    let (bench, engine) = try bench()
    let first = try bench.ask(.assignFromPool("lab", user: "ann"), key: "same")
    let again = try bench.ask(.assignFromPool("lab", user: "ann"), key: "same")
    #expect(first != nil)
    #expect(first == again)
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    engine.stop(draining: .zero)
    let second = bench.engine(nil)
    try second.start()
    #expect(try bench.ask(.assignFromPool("lab", user: "ann"), key: "same") == first)
    let users = try bench.snapshot().deployments.compactMap(\.placement.user)
    #expect(users == ["ann"])
    second.stop(draining: .zero)
  }

  @Test func anAskerIsTheProcessAndNotItsNumber() throws {
    #expect(!Asker.current.hasEnded)
    let child = try Child("sleep", ["1000"])
    let stat = try #require(try Proc.stat(child.pid))
    func asker(_ change: (inout HolderProcess) -> Void = { _ in }) throws -> Asker {
      var holder = HolderProcess.current
      holder.process.pid = child.pid
      holder.process.startTime = stat.startTime
      change(&holder)
      return Asker(holder)
    }
    #expect(try !asker().hasEnded)
    #expect(try asker { $0.process.startTime += 1 }.hasEnded, "its number was used again")
    #expect(try asker { $0.process.bootID = "before" }.hasEnded, "the machine started again")
    #expect(try !asker { $0.pidNamespace = "pid:[1]" }.hasEnded, "nobody can know")
    kill(child.pid, SIGKILL)
    _ = try eventually("its end") { child.ended() }
    #expect(try asker().hasEnded)
    #expect(try !asker { $0.process.bootID = "" }.hasEnded)
    for text in ["", "7", "a b c", "-1 5 boot", "0 5 boot"] {
      #expect(!Asker(SafeText(text)).hasEnded)
    }
  }

  @Test func itsKeyAnswersNoOtherRequest() throws {
    let (bench, engine) = try bench()
    let client = try RequestClient(path: bench.temporary.path)
    let first = try bench.ask(.assignFromPool("lab", user: "ann"), key: "same")
    let others: [Verb] = [
      .assignFromPool("lab", user: "bob"), .assignFromPool("sick", user: "ann"), .pause("lab"),
      .destroy(DeploymentID(1)),
    ]
    for verb in others {
      guard case .refused(let refusal) = try bench.ask(verb, key: "same") else {
        Issue.record("not refused: \(verb)")
        continue
      }
      #expect(refusal.sentence.text.contains("key same was used for another request"))
      // Nor is anything of a batch stored.
      let batch = [request("new", .pause("lab")), request("same", verb)]
      #expect(throws: StoreFailure.self) { try client.submit(batch) }
      #expect(try client.earlier(RequestKey("new")) == nil)
    }
    #expect(try client.earlier(RequestKey("same"))?.reply == first)
    let revised = Request(
      key: RequestKey("same"), actor: "tester", verb: .assignFromPool("lab", user: "ann"),
      ifRevision: 3)
    #expect(!revised.repeats(request("same", .assignFromPool("lab", user: "ann"))))
    // The level of a move is that of the moment.
    #expect(
      request("m", .move(DeploymentID(1), to: .l1)).repeats(
        request("m", .move(DeploymentID(1), to: .l2))))
    let users = try bench.snapshot().deployments.compactMap(\.placement.user)
    #expect(users == ["ann"])
    engine.stop(draining: .zero)
  }

  @Test func isCarriedOutOnceWhenManyLeaveItAtOnce() throws {
    let (bench, engine) = try bench()
    let client = try RequestClient(path: bench.temporary.path)
    for _ in 0..<50 { try client.submit(request("same", .assignFromPool("lab", user: "ann"))) }
    #expect(try eventually { try client.answer(to: RequestKey("same")) != nil })
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    #expect(try bench.snapshot().deployments.count { $0.placement.user == "ann" } == 1)
    engine.stop(draining: .zero)
  }

  @Test func answersAHundredInOneGo() throws {
    let (bench, engine) = try bench()
    let client = try RequestClient(path: bench.temporary.path)
    let requests = (0..<100).map { request("k\($0)", $0 % 2 == 0 ? .pause("lab") : .resume("lab")) }
    let replies = try client.ask(requests, timeout: .seconds(120))
    #expect(replies.count == 100)
    // In the order in which they were left: the last one counts.
    #expect(try !bench.snapshot().pools[0].isPaused)
    engine.stop(draining: .zero)
  }

  @Test func isNeverCarriedOutOnceItWasWithdrawn() throws {
    let (bench, engine) = try bench()
    engine.stop(draining: .zero)
    let client = try RequestClient(path: bench.temporary.path)
    try client.submit(request("k", .pause("lab")))
    #expect(try client.withdraw(RequestKey("k")))
    #expect(try !client.withdraw(RequestKey("k")))
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    #expect(try !bench.snapshot().pools[0].isPaused)
    #expect(try client.answer(to: RequestKey("k")) == nil)
    engine.stop(draining: .zero)
  }

  @Test func cannotBeWithdrawnOnceItIsAnswered() throws {
    let (bench, engine) = try bench()
    _ = try bench.ask(.pause("lab"), key: "k")
    #expect(try !RequestClient(path: bench.temporary.path).withdraw(RequestKey("k")))
    engine.stop(draining: .zero)
  }

  @Test func isTakenBackWhenNobodyAnswersInTime() throws {
    let (bench, engine) = try bench()
    engine.stop(draining: .zero)
    let client = try RequestClient(path: bench.temporary.path)
    let replies = try client.ask([request("k", .pause("lab"))], timeout: .milliseconds(50))
    #expect(replies.isEmpty)
    let left = try DatabaseQueue(path: bench.temporary.path).read {
      try Int.fetchOne($0, sql: "SELECT count(*) FROM request")
    }
    #expect(left == 0)
  }

  @Test func isNotTakenUpWhenNobodyWaitsForItAnyMore() throws {
    let (bench, engine) = try bench()
    engine.stop(draining: .zero)
    let past = EngineClock {
      var now = EngineClock.system.now
      now.utc.milliseconds -= 2 * RequestClient.validity.milliseconds
      return now
    }
    // Somebody who left it and was killed, long ago.
    try RequestClient(path: bench.temporary.path, clock: past).submit(request("k", .pause("lab")))
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    #expect(try !bench.snapshot().pools[0].isPaused)
    engine.stop(draining: .zero)
  }

  @Test func ofAnEngineThatDiedBeforeItAnsweredCanBeTakenBackUntilTheNextComes() throws {
    let temporary = try TemporaryStore()
    let client = try temporary.open { store in
      let client = try RequestClient(path: temporary.path)
      try client.submit(request("k", .pause("lab")))
      let taken = try store.commit(Effects(), takingRequests: true, at: .current).requests
      #expect(taken.map(\.key) == [RequestKey("k")])
      // It is being carried out.
      let isWithdrawn = try client.withdraw(RequestKey("k"))
      #expect(!isWithdrawn)
      return client
    }
    #expect(try client.withdraw(RequestKey("k")))
    try client.submit(request("k", .pause("lab")))
    try temporary.open { store in
      let taken = try store.commit(Effects(), takingRequests: true, at: .current).requests
      #expect(taken.count == 1)
    }
    // The next engine takes it up again, and again it can be answered.
    try temporary.open { store in
      var outcome = Effects()
      let taken = try store.commit(outcome, takingRequests: true, at: .current).requests
      #expect(taken.count == 1)
      let isWithdrawn = try client.withdraw(RequestKey("k"))
      #expect(!isWithdrawn)
      outcome.answers = [Answer(RequestKey("k"), .accepted(nil, note: "done"))]
      _ = try store.commit(outcome, at: .current)
    }
    #expect(try client.answer(to: RequestKey("k")) == .accepted(nil, note: "done"))
  }

  @Test func areLeftTogetherOrNotAtAll() throws {
    let temporary = try TemporaryStore()
    try temporary.open { store in
      try DatabaseQueue(path: temporary.path).write { db in
        try db.execute(
          sql: """
            WITH RECURSIVE number(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
            INSERT INTO request (key, body, submitted_at, expires_at)
            SELECT 'old-' || n, '{}', 0, 9e15 FROM number
            """, arguments: [StoreLimits.openRequests])
      }
      let client = try RequestClient(path: temporary.path)
      let batch = [request("a", .pause("lab")), request("b", .pause("lab"))]
      let failure = #expect(throws: StoreFailure.self) { try client.submit(batch) }
      #expect(failure?.kind == .full)
      let count = try DatabaseQueue(path: temporary.path).read { db in
        try Int.fetchOne(db, sql: "SELECT count(*) FROM request WHERE key IN ('a', 'b')")
      }
      #expect(count == 0)
      try client.submit(request("a", .pause("lab")))
    }
  }

  @Test func ofAnotherVersionIsRefusedInWords() throws {
    let (bench, engine) = try bench()
    try DatabaseQueue(path: bench.temporary.path).write { db in
      try db.execute(
        sql: """
          INSERT INTO request (key, body, submitted_at, expires_at)
          VALUES ('odd', '{"verb":"dance"}', 0, 9e15)
          """)
    }
    let client = try RequestClient(path: bench.temporary.path)
    #expect(try eventually { try client.answer(to: RequestKey("odd")) != nil })
    guard case .refused(let refusal) = try client.answer(to: RequestKey("odd")) else {
      Issue.record("not refused")
      return
    }
    #expect(refusal.kind == .invalid)
    engine.stop(draining: .zero)
  }

  @Test func keepsEveryVerbAndReplyAsItIs() throws {
    let id = DeploymentID(7)
    let verbs: [Verb] = [
      .cancel(id), .destroy(id), .move(id, to: .l2), .ready(id), .assign(id, user: "ann"),
      .assignFromPool("lab", user: "Ünïcødé"), .unwait("lab", user: "Ünïcødé"), .release(id),
      .retry(id), .forget(id), .undo(id),
      .publish("lab"), .forcePublication("lab"), .cancelPublication("lab"), .pause("lab"),
      .resume("lab"), .lift("lab"),
      .resize("lab", SizeOverrides(l1: 3)), .resize("lab", nil), .maintenance("here", true),
      .notify("u", .ready(nil)), .notify("u", .ready("data")),
      .notify("u", .ready(nil, boot: "b")), .notify("u", .ip("10.0.0.1")),
      .notify("u", .login("ann")), .notify("u", .logout("ann")),
      .reload(force: true, closeAll: false),
    ]
    let temporary = try TemporaryStore()
    try temporary.open { store in
      let client = try RequestClient(path: temporary.path)
      let requests = verbs.enumerated().map { index, verb in
        Request(
          key: RequestKey("k\(index)"), actor: "tester", verb: verb, ifRevision: .max,
          notBefore: Timestamp(milliseconds: 1_700_000_000_000))
      }
      try client.submit(requests)
      let taken = try store.commit(Effects(), takingRequests: true, at: .current).requests
      #expect(taken == requests)
    }
  }
}

/// Requests to read the configuration file again, which the core cannot carry out.
struct ReloadTests {
  private func reload(
    _ bench: EngineBench, _ key: String, force: Bool = false, closeAll: Bool = false
  ) throws -> Reply? {
    try bench.ask(.reload(force: force, closeAll: closeAll), key: key)
  }

  @Test func takesOverWhatWasReadAndPassesConsentOn() throws {
    let bench = try EngineBench()
    var options = bench.options(EngineBench.configuration(l1: 1))
    options.reload = { consent in
      consent == ReloadConsent(force: true, closeAll: true)
        ? .configuration(EngineBench.configuration(l1: 3), note: "three")
        : .refused("consent is missing")
    }
    let engine = EngineService(options)
    try engine.start()
    defer { engine.stop(draining: .zero) }
    for (key, force, closeAll) in [("a", false, false), ("b", true, false), ("c", false, true)] {
      let refusal = Refusal(.notPermitted, "consent is missing")
      #expect(
        try reload(bench, key, force: force, closeAll: closeAll) == .refused(refusal), "\(key)")
    }
    #expect(try bench.snapshot().pools[0].configuredSizes.l1 == 1)
    #expect(
      try reload(bench, "d", force: true, closeAll: true) == .accepted(nil, note: "three"))
    #expect(try bench.snapshot().pools[0].configuredSizes.l1 == 3)
    #expect(try bench.journal().contains { $0.hasPrefix("reload: three") })
  }

  @Test func readsTheFileOnceAtATimeAndBlocksNobody() throws {
    let bench = try EngineBench()
    let gate = Gate()
    var options = bench.options(EngineBench.configuration(l1: 1))
    options.reload = { _ in
      gate.block()
      return .configuration(EngineBench.configuration(l1: 2), note: "two")
    }
    let engine = EngineService(options)
    try engine.start()
    defer { engine.stop(draining: .zero) }
    let client = try RequestClient(path: bench.temporary.path)
    let slow = Request(
      key: RequestKey("slow"), actor: "tester", verb: .reload(force: false, closeAll: false))
    try client.submit(slow)
    guard case .refused(let refusal) = try reload(bench, "second") else {
      Issue.record("not refused")
      return
    }
    #expect(refusal.sentence == "the configuration file is being read already")
    guard case .accepted = try bench.ask(.pause("lab"), key: "p") else {
      Issue.record("the engine waits for the file")
      return
    }
    gate.open()
    #expect(try eventually { try client.answer(to: slow.key) == .accepted(nil, note: "two") })
    #expect(engine.waitUntilIdle(timeout: .seconds(60)))
  }

  @Test func anEngineWithoutAFileRefuses() throws {
    let bench = try EngineBench()
    let engine = bench.engine(EngineBench.configuration(l1: 1))
    try engine.start()
    defer { engine.stop(draining: .zero) }
    guard case .refused(let refusal) = try reload(bench, "a", force: true) else {
      Issue.record("not refused")
      return
    }
    #expect(refusal.kind == .notPermitted)
  }
}
