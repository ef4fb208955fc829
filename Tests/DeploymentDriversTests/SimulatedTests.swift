import Basics
import DeploymentInterface
import SafeTexts
import TestSupport
import Testing

@Suite struct SimulatedTests {
  private func simulated(_ parameters: ParameterValues = [:]) throws -> Driven {
    Driven(try service("simulated", parameters))
  }

  /// The answers of a whole operation and the pauses between them.
  private func trace(_ driven: inout Driven, _ kind: OperationKind) async -> [String] {
    var trace: [String] = []
    await driven.start(kind)
    while driven.last.answer == .running {
      trace.append("\(driven.last.progress?.description ?? "-") \(driven.last.suggestedTime)")
      await driven.check(kind)
    }
    trace.append("\(driven.last.answer?.failure?.reason.text ?? "finished")")
    return trace
  }

  @Test func isFinishedAtOnceWithoutSteps() async throws {
    var driven = try simulated()
    #expect(await driven.start(.deployForCache(.l1)) == .finished)
    #expect(driven.last.name == "lab-007")
    #expect(driven.last.uniqueId == "lab-007")
    #expect(driven.ip == "10.0.0.8")
  }

  @Test func stepsAreChecksUntilADeployIsFinished() async throws {
    var driven = try simulated(["steps": .integer(3), "stepTime": .duration(.milliseconds(50))])
    let trace = await trace(&driven, .deployForCache(.l1))
    #expect(trace == ["0/3 50ms", "1/3 50ms", "2/3 50ms", "finished"])
    #expect(driven.last.progress == nil)
  }

  @Test func otherOperationsAreFinishedAtOnceUnlessStepsOfSaysOtherwise() async throws {
    let steps = ParameterValue.map([.init("destroy", "2"), .init("moveToCache", "1")])
    var driven = try simulated([
      "steps": .integer(1), "stepsOf": steps, "l2": .bool(true),
      "stepTime": .duration(.milliseconds(1)),
    ])
    #expect(await trace(&driven, .deployForCache(.l2)) == ["0/1 1ms", "finished"])
    #expect(await trace(&driven, .moveToCache(.l1)) == ["0/1 1ms", "finished"])
    #expect(await trace(&driven, .setReady) == ["finished"])
    #expect(await trace(&driven, .notifyReadyFromOSManager) == ["finished"])
    #expect(await trace(&driven, .destroy) == ["0/2 1ms", "1/2 1ms", "finished"])
    #expect(driven.ip == nil)
  }

  @Test func theAddressAppearsWhenItIsDeployed() async throws {
    var driven = try simulated(["steps": .integer(1)])
    await driven.start(.deployForUser)
    #expect(driven.ip == nil)
    await driven.check(.deployForUser)
    #expect(driven.ip == "10.0.0.8")
  }

  @Test func addressesDiffer() async throws {
    var seen: Set<String> = []
    for id: Int64 in [1, 2, 254, 255, 256, 508, 509, 65_024, 65_025, 16_000_000] {
      var driven = try simulated()
      driven.id = id
      await driven.start(.deployForUser)
      seen.insert(driven.ip ?? "")
    }
    #expect(seen.count == 10)
    #expect(!seen.contains { $0.hasSuffix(".0") || $0.hasSuffix(".255") })
  }

  @Test func theUniqueIdIsTheMACWhereThereIsOne() async throws {
    var driven = try simulated()
    driven.mac = MACAddress(parsing: "52:54:00:00:00:01")
    await driven.start(.deployForUser)
    #expect(driven.last.uniqueId == "52:54:00:00:00:01")
    #expect(driven.last.name == "lab-007")
  }

  @Test func anAddressThatTheOSManagerGivesIsKept() async throws {
    var driven = try simulated()
    await driven.start(.deployForUser)
    await driven.call(nil, notices: [.setIp("192.168.1.9")])
    await driven.start(.setReady)
    #expect(driven.ip == "192.168.1.9")
  }

  @Test(arguments: [
    (OperationKind.deployForCache(.l1), "deployForCache"), (.deployForUser, "deployForUser"),
    (.moveToCache(.l2), "moveToCache"), (.setReady, "setReady"), (.cancel, "cancel"),
    (.destroy, "destroy"), (.notifyReadyFromOSManager, "notifyReadyFromOSManager"),
  ])
  func whatIsConfiguredToFailFails(_ kind: OperationKind, _ name: String) async throws {
    for (word, failureClass) in [("permanent", FailureClass.permanent), ("transient", .transient)] {
      var driven = try simulated([
        "failing": .list([name]), "reason": .text("the machine was erased"), "l2": .bool(true),
        "class": .text(word),
      ])
      if !kind.creates { await driven.start(.deployForCache(.l1)) }
      let failure = DeploymentFailure(failureClass, "the machine was erased")
      #expect(await driven.start(kind) == .error(failure))
    }
  }

  @Test func checksFailWhereThatIsConfigured() async throws {
    var driven = try simulated(["failing": .list(["checkState"]), "steps": .integer(2)])
    #expect(await driven.start(.deployForUser) == .running)
    let failure = DeploymentFailure(.permanent, "the simulated platform refused")
    #expect(await driven.check(.deployForUser) == .error(failure))
  }

  @Test func certainFailureFailsEveryDeployAndNoRemoval() async throws {
    var driven = try simulated(["failure": .number(1)])
    #expect(await driven.start(.deployForUser)?.failure != nil)
    #expect(await driven.start(.destroy) == .finished)
  }

  @Test func failuresComeAboutAsOftenAsTheirChanceAndAgreeForASeed() async throws {
    func failures(seed: Int) async throws -> [Int64] {
      var failed: [Int64] = []
      for id: Int64 in 1...200 {
        var driven = try simulated(["failure": .number(0.25), "seed": .integer(seed)])
        driven.id = id
        if await driven.start(.deployForUser)?.failure != nil { failed.append(id) }
      }
      return failed
    }
    let first = try await failures(seed: 1)
    #expect((30...70).contains(first.count))
    #expect(try await failures(seed: 1) == first)
    #expect(try await failures(seed: 2) != first)
  }

  @Test(arguments: [true, false])
  func aFailedStepIsDrawnAnewWhenItIsTriedAgain(_ startsAgain: Bool) async throws {
    var driven = try simulated([
      "failure": .number(0.5), "class": .text("transient"), "steps": .integer(20),
    ])
    var failures = 0
    await driven.start(.deployForUser)
    for _ in 1...100 where driven.last.answer != .finished {
      let failed = driven.last.answer?.failure != nil
      failures += failed ? 1 : 0
      _ =
        failed && startsAgain
        ? await driven.start(.deployForUser) : await driven.check(.deployForUser)
    }
    #expect(driven.last.answer == .finished)
    #expect(failures > 0)
  }

  @Test func theSameSeedGivesTheSameTrace() async throws {
    let parameters: ParameterValues = [
      "steps": .integer(5), "stepTime": .duration(.milliseconds(1000)), "jitter": .number(0.5),
      "seed": .integer(42),
    ]
    var one = try simulated(parameters)
    var other = try simulated(parameters)
    let trace = await trace(&one, .deployForUser)
    // Literal numbers, because the generator must give the same ones in every process.
    #expect(
      trace == ["0/5 760ms", "1/5 1410ms", "2/5 620ms", "3/5 1352ms", "4/5 1132ms", "finished"])
    #expect(await self.trace(&other, .deployForUser) == trace)
    other.data = []
    other.name = "lab-008"
    #expect(await self.trace(&other, .deployForUser) != trace)
  }

  @Test func anOperationThatHangsNeverAnswersAndHoldsNoThread() async throws {
    let counter = Counter()
    for _ in 1...64 {
      let driven = try simulated(["hang": .list(["deployForUser"])])
      Task {
        var driven = driven
        await driven.start(.deployForUser)
        counter.add()
      }
    }
    // With 64 calls hanging, others continue; if each held a thread, none would be left.
    for _ in 1...200 {
      let driven = try simulated(["hang": .list(["deployForUser"])])
      let other = Task {
        var driven = driven
        return await driven.start(.deployForCache(.l1))
      }
      #expect(await other.value == .finished)
    }
    #expect(counter.count == 0)
  }

  @Test func traitsFollowFromTheParameters() throws {
    func traits(_ parameters: ParameterValues) throws -> ServiceTraits {
      try service("simulated", parameters).traits
    }
    #expect(try traits([:]) == ServiceTraits())
    #expect(try traits(["cacheLevels": .text("none")]).cacheLevels == .none)
    #expect(try traits(["l2": .bool(true)]).cacheLevels == .l1AndL2)
    #expect(try traits(["l2": .bool(false)]).cacheLevels == .l1)
    #expect(
      try traits(["l2": .bool(true), "cacheLevels": .text("L1+L2")]).cacheLevels == .l1AndL2)
    #expect(try traits(["publish": .bool(true)]).publishes)
    #expect(try traits(["osManager": .bool(true)]).waitsForOS)
  }

  @Test func publicationsTakeAsManySteps() async throws {
    let service = try service(
      "simulated", ["publish": .bool(true), "steps": .integer(2)])
    let subject = CallTarget.publication(PoolID(1), 1)
    let start = call(.start(.publish), id: 0, name: "lab-p1", subject: subject)
    var outcome = await service.perform(start, owner: "owner")
    var answers = [outcome.answer]
    while outcome.answer == .running {
      outcome = await service.perform(
        call(
          .check(.publish), id: 0, name: "lab-p1", data: outcome.data ?? [], subject: subject),
        owner: "owner")
      answers.append(outcome.answer)
    }
    #expect(answers == [.running, .running, .finished])

    var driven = Driven(service)
    let reason = await driven.start(.deployForUser)?.failure?.reason.text
    #expect(reason == "lab-007: there is no publication to clone")
    driven.publication = .init(revision: 1, name: "lab-p1", data: outcome.data ?? [])
    #expect(try await driven.run(.deployForUser) == .finished)
  }

  @Test func objectsToWhatTheInterfaceForbids() async throws {
    var driven = try simulated(["l2": .bool(true)])
    #expect(await driven.check(.setReady)?.failure != nil, "nothing runs")
    #expect(await driven.start(.setReady)?.failure != nil, "not deployed")
    #expect(await driven.start(.deployForCache(.l1)) == .finished)
    #expect(await driven.start(.deployForCache(.l1))?.failure != nil, "deployed only once")
    driven.placement = .assigned("ana")
    #expect(await driven.start(.moveToCache(.l2))?.failure != nil, "assigned")
    var plain = try simulated()
    #expect(await plain.start(.deployForCache(.l2))?.failure != nil, "no L2")
    #expect(await plain.start(.deployForCache(.l1)) == .finished)
    #expect(await plain.start(.moveToCache(.l2))?.failure != nil, "no L2")
  }
}

private final class Counter: Sendable {
  private let value = Mutex(0)
  func add() { value.withLock { $0 += 1 } }
  var count: Int { value.withLock { $0 } }
}
