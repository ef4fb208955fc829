import DeploymentDrivers
import DeploymentInterface
import Foundation
import SafeTexts
import TestSupport
import Testing

/// What an answer of a driver's program, or its end without one, means for the deployment.
@Suite struct CommandFailureTests {
  /// The answer of one `setReady` on a deployment of the driver with this body.
  private func answer(
    _ body: String, within limit: TimeSpan = .seconds(20), _ kind: OperationKind = .setReady
  ) async throws -> (DeploymentFailure, Driven) {
    let world = try CommandWorld()
    defer { world.end() }
    let program = try world.shell(body)
    var driven = try world.driven(program, provider: ["answerWithin": .duration(limit)])
    let answer = await driven.start(kind)
    return (try #require(answer?.failure, "it answered \(String(describing: answer))"), driven)
  }

  @Test(arguments: [
    (OperationKind.setReady, "ready"), (.moveToCache(.l1), "resume"),
    (.moveToCache(.l2), "suspend"),
  ])
  func whatStatusDoesNotFindIsGone(_ kind: OperationKind, _ verb: String) async throws {
    let done = #"reply '"outcome":"done"'"#
    let no = #"reply '"outcome":"failed","error":{"class":"notFound","message":"none"}'"#
    let broken = #"reply '"outcome":"failed","error":{"class":"permanent","message":"broken"}'"#
    let gone: [(body: String, reason: String)] = [
      (no, "none"),
      (
        "case $1 in status) \(no);; *) \(done);; esac",
        "\(verb) answered done, but it does not exist"
      ),
      (
        "case $1 in status) seen absent;; *) \(done);; esac",
        "\(verb) answered done, but it does not exist"
      ),
      ("case $1 in status) seen absent;; *) \(broken);; esac", "broken"),
    ]
    for (body, reason) in gone {
      let (failure, _) = try await answer(body, kind)
      #expect(failure == .gone(reason))
    }
    let (failure, _) = try await answer("case $1 in status) seen off;; *) \(broken);; esac", kind)
    #expect(failure == .permanent("broken"))
  }

  /// `ready` is not repeated: it might restart the machine, and with it the wait.
  @Test func anAddressThatComesLateIsOnlyLookedFor() async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let program = try world.shell(
      """
      echo $1 >>"$0.calls"
      mark='"key":"'$key'","owner":"'$owner'"'
      none() { reply '"outcome":"done","observed":{"power":"running",'"$mark"'}'; }
      case $1 in
        status) if [ $(grep -c status "$0.calls") -gt 2 ]; then seen running; else none; fi ;;
        *) reply '"outcome":"done"' ;;
      esac
      """)
    var driven = try world.driven(program, provider: [:])
    driven.placement = .assigned("ana", .wanted)
    #expect(await driven.start(.setReady) == .running)
    #expect(await driven.check(.setReady) == .running)
    #expect(await driven.check(.setReady) == .finished)
    #expect(driven.ip == "192.0.2.1")
    let calls = try String(contentsOfFile: program + ".calls", encoding: .utf8)
    #expect(calls.split(separator: "\n") == ["ready", "status", "status", "status"])
  }

  @Test(arguments: [OperationKind.deployForUser, .deployForCache(.l1), .deployForCache(.l2)])
  func aFailedCreationSaysWhetherAnythingIsLeft(_ kind: OperationKind) async throws {
    let error = #"reply '"outcome":"failed","error":{"class":"CLASS","message":"because"}'"#
    func body(_ status: String, _ word: String) -> String {
      "case $1 in status) \(status);; *) \(error.replacing("CLASS", with: word));; esac"
    }
    let none = #"reply '"outcome":"failed","error":{"class":"notFound","message":"none"}'"#
    for status in ["seen absent", none] {
      let (failure, _) = try await answer(body(status, "permanent"), kind)
      #expect(failure == .init(.permanent, "because", leavesNothing: true))
    }
    for status in ["seen off", "exit 3", "exit 0", "reply '\"outcome\":\"done\"'"] {
      let (failure, _) = try await answer(body(status, "permanent"), kind)
      #expect(failure == .permanent("because"), "\(status)")
    }
    let (passing, _) = try await answer(body("exit 9", "transient"), kind)
    #expect(passing == .transient("because"), "what is tried again is not looked at")
    // What it is made from is missing, not the thing itself.
    let (missing, _) = try await answer(body("seen absent", "notFound"), kind)
    #expect(missing == .init(.permanent, "because", leavesNothing: true))
    let (taken, _) = try await answer(body("seen absent", "notOurs"), kind)
    #expect(taken == .nameTaken("not ours: because"))
  }

  @Test(arguments: [
    (64, FailureClass.transient), (69, .transient), (70, .transient), (75, .transient),
    (77, .denied), (78, .transient), (1, .transient), (127, .transient), (255, .transient),
  ])
  func anEndWithoutAnAnswerIsNeverForGood(_ status: Int, _ kind: FailureClass) async throws {
    for operation in [OperationKind.setReady, .deployForUser, .destroy, .moveToCache(.l2)] {
      let (failure, _) = try await answer("echo because >&2; exit \(status)", operation)
      #expect(failure.kind == kind)
      #expect(failure.reason.text.contains("` of /bin/sh /"))
      #expect(failure.reason.text.hasSuffix("/driver ended with \(status): because"))
    }
  }

  @Test func aLaterEndOfTheProgramIsAnOutageAsWell() async throws {
    let (failure, _) = try await answer(
      "case $1 in status) exit 70;; *) reply '\"outcome\":\"done\"';; esac")
    #expect(failure.kind == .transient)
    #expect(failure.reason.text.contains("out of reach: `status` of /bin/sh /"))
    #expect(failure.reason.text.hasSuffix("/driver ended with 70"))
  }

  @Test(arguments: [
    ("transient", FailureClass.transient), ("throttled", .throttled), ("quota", .throttled),
    ("capacity", .transient), ("conflict", .transient), ("notFound", .gone),
    ("notOurs", .permanent), ("auth", .denied), ("permanent", .permanent),
    ("bug", .permanent), ("of-a-later-protocol", .transient),
  ])
  func errorClassesDecide(_ word: String, _ kind: FailureClass) async throws {
    let (failure, _) = try await answer(
      #"""
      reply '"outcome":"failed","error":{"class":"\#(word)","message":"because","retryAfterMs":7}'
      """#)
    #expect(failure.kind == kind)
    #expect(failure.retryAfter == (kind.endsOperation ? nil : .milliseconds(7)))
    #expect(failure.reason.text.hasSuffix("because"))
  }

  @Test func aProgramThatIsAwayIsOutOfReachAndComesBack() async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let text = try String(
      contentsOfFile: world.shell(
        "case $1 in status) seen running;; *) reply '\"outcome\":\"done\"';; esac"),
      encoding: .utf8)
    let path = "\(world.folder)/away"
    var driven = try world.driven(path, provider: ["command": .list([path])])
    func failure() async throws -> DeploymentFailure {
      let failure = try #require(await driven.start(.setReady)?.failure)
      #expect(failure.kind == .transient)
      return failure
    }
    #expect(
      try await failure().reason.text
        == "the driver is out of reach: program \(path) does not exist")
    _ = try world.program(text, named: "away")
    chmod(path, 0o644)
    #expect(
      try await failure().reason.text == "the driver is out of reach: \(path) is not executable")
    _ = try world.program("#!/no/such/interpreter -x\n", named: "away")
    #expect(
      try await failure().reason.text
        == "the driver is out of reach: cannot start \(path): /no/such/interpreter, "
        + "the interpreter that its first line names, does not exist")
    _ = try world.program(text, named: "away")
    // Another test may be starting something while this one writes.
    try await waitUntil("it is back") {
      await driven.start(.setReady) == .finished
    }
  }
}
