import DeploymentInterface
import SafeTexts
import TestSupport
import Testing

@Suite struct ServiceCallerTests {
  private func perform(
    _ call: Call, on service: any Service = RecordingService()
  ) async -> CallResult {
    await service.perform(call, owner: "owner")
  }

  private func text(_ outcome: CallResult) throws -> String {
    let data = try #require(outcome.data)
    return String(decoding: data.dropFirst(), as: UTF8.self)
  }

  @Test func startsFromABlankDeploymentWithoutData() async throws {
    let outcome = await perform(call(.start(.deployForCache(.l1))))
    #expect(outcome.answer == .finished)
    #expect(outcome.data?.first == 3)
    #expect(try text(outcome).contains(#"["initialize lab-007","deployForCache L1"]"#))
    #expect(outcome.ip == "10.0.0.7")
    #expect(outcome.suggestedTime == .milliseconds(2))
    #expect(outcome.progress == Progress(done: 2, of: 9))
    #expect(outcome.log == [LogLine(.info, "deployForCache L1")])
  }

  @Test func goesOnFromWhatWasStored() async throws {
    let first = await perform(call(.start(.deployForUser), placement: .assigned("ana")))
    let second = await perform(call(.check(.deployForUser), data: first.data ?? []))
    let told = #"["initialize lab-007","deployForUser ana","initialize lab-007","checkState"]"#
    #expect(try text(second).contains(told))
  }

  @Test func tellsTheNoticesInOrderBeforeTheTask() async throws {
    let notices: [Notice] = [
      .assignToUser("ana"), .finish, .userLoggedIn("ana"), .userLoggedOut("ana"), .setIp("1.2.3.4"),
    ]
    let outcome = await perform(call(.start(.setReady), notices: notices))
    #expect(
      outcome.log.map(\.message.text) == [
        "assignToUser ana", "finish", "userLoggedIn ana", "userLoggedOut ana", "setIp 1.2.3.4",
        "setReady",
      ])
  }

  @Test func answersNothingWhereThereIsNoTask() async {
    let outcome = await perform(call(nil, notices: [.finish]))
    #expect(outcome.answer == nil)
    #expect(outcome.data != nil)
  }

  @Test func cleansTextFromTheDriver() async {
    let outcome = await perform(call(.start(.setReady)))
    #expect(outcome.uniqueId == "id␛[31m")
    #expect(outcome.name == "id␛[31m")
  }

  @Test(arguments: [[3], [3, 0x7b], [9, 0x7b, 0x7d], Array("no json".utf8)] as [[UInt8]])
  func dataThatCannotBeReadIsAPermanentErrorAndStays(_ data: [UInt8]) async {
    let outcome = await perform(call(.start(.destroy), data: data))
    #expect(outcome.answer?.failure?.kind == .permanent)
    #expect(outcome.answer?.failure?.reason.text.contains("cannot read the driver") == true)
    #expect(outcome.data == nil)
    #expect(outcome.log.first?.level == .error)
  }

  @Test func dataOfAnOlderVersionIsMigrated() async throws {
    let outcome = await perform(call(.check(.setReady), data: [2] + Array("old".utf8)))
    #expect(try text(outcome).contains(#"["migrated","initialize lab-007","checkState"]"#))
    #expect(outcome.data?.first == 3)
  }

  @Test func tooMuchDataIsAPermanentErrorAndIsNotStored() async {
    let service = RecordingService(padding: Limits.driverDataBytes)
    let outcome = await perform(call(.start(.setReady)), on: service)
    #expect(outcome.answer?.failure?.kind == .permanent)
    #expect(outcome.data == nil)
  }

  @Test func theStateAfterAnErrorIsStored() async throws {
    let failure = DeploymentFailure(.transient, "throttled")
    let service = RecordingService(script: ["setReady": .error(failure)])
    let outcome = await perform(call(.start(.setReady)), on: service)
    #expect(outcome.answer == .error(failure))
    #expect(try text(outcome).contains("setReady"))
  }

  @Test func theReasonOfAnErrorIsWhatTheDeploymentSays() async {
    let failure = DeploymentFailure(.transient, "throttled", retryAfter: .seconds(9))
    let service = RecordingService(
      script: ["setReady": .error(failure), "destroy": .error(failure)],
      reason: "the host \u{1b}[31mis busy")
    let said = await perform(call(.start(.setReady)), on: service).answer?.failure
    #expect(said?.reason == "the host ␛[31mis busy")
    #expect(said?.kind == .transient && said?.retryAfter == .seconds(9))
    let silent = await perform(call(.start(.destroy)), on: service)
    #expect(silent.answer == .error(failure))
    let finished = await perform(call(.start(.setReady)), on: RecordingService(reason: "old"))
    #expect(finished.answer == .finished)
  }

  @Test func aThrownFailureIsAnAnswerAndWhatWasChangedIsKept() async throws {
    let failure = DeploymentFailure.transient("the host is busy")
    let outcome = await perform(call(.start(.destroy)), on: RecordingService(thrown: failure))
    #expect(outcome.answer == .error(failure))
    #expect(try text(outcome).contains("destroy"))
    #expect(outcome.log == [LogLine(.info, "destroy")])
  }

  @Test(arguments: [nil, "build 17"] as [SafeText?])
  func theOSManagersDataIsHandedOver(_ data: SafeText?) async throws {
    var ready = call(.start(.notifyReadyFromOSManager))
    ready.record.osData = data
    #expect(try text(await perform(ready)).contains("notifyReady \(data ?? "nothing")"))
  }

  @Test(arguments: [OperationKind.cancel, .destroy])
  func theOSManagerIsReleasedWhenNothingIsLeft(_ kind: OperationKind) async {
    let manager = RecordingOSManager()
    let running = RecordingService(script: [kind.word: .running], manager: manager)
    _ = await perform(call(.start(kind)), on: running)
    #expect(manager.released.isEmpty)
    _ = await perform(call(.check(kind)), on: running)
    #expect(manager.released == ["lab-007"])
    _ = await perform(call(.start(.setReady)), on: running)
    #expect(manager.released == ["lab-007"])
  }

  @Test func publicationsAreCalledTheSameWay() async throws {
    let service = RecordingService(publishes: true)
    let subject = CallTarget.publication(PoolID(1), 1)
    let first = await perform(
      call(.start(.publish), name: "lab-p1", subject: subject), on: service)
    #expect(first.answer == .running)
    let second = await perform(
      call(.check(.publish), data: first.data ?? [], subject: subject), on: service)
    #expect(second.answer == .finished)
    #expect(try text(second).contains(#"["publish lab-p1","checkState"]"#))
  }

  @Test func aServiceWithoutPublicationsRefusesToPublish() async {
    let subject = CallTarget.publication(PoolID(1), 1)
    let outcome = await perform(call(.start(.publish), subject: subject))
    #expect(outcome.answer?.failure?.reason == "this service does not publish")
  }

  @Test func aDeploymentFindsThePublicationItIsMadeFrom() async {
    let service = RecordingService(publishes: true)
    let damaged = PublicationReference(revision: 1, name: "lab-p1", data: [1, 2])
    let outcome = await perform(
      call(.start(.setReady), publication: damaged), on: service)
    #expect(outcome.answer?.failure?.kind == .permanent)
  }

  @Test func manyCallsAtOnceDoNotTouchEachOther() async {
    await withTaskGroup(of: CallResult.self) { group in
      for number in 1...200 {
        group.addTask {
          await RecordingService().perform(
            call(.start(.setReady), id: Int64(number), name: "lab-\(number)"), owner: "o")
        }
      }
      for await outcome in group { #expect(outcome.answer == .finished) }
    }
  }
}
