import DeploymentDrivers
import DeploymentInterface
import DriverConformance
import Foundation
import SafeTexts
import TestSupport
import Testing

@Suite struct CommandConformanceTests {
  @Test(arguments: [false, true])
  func theExamplePassesEveryCheck(_ serves: Bool) async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let report = await Conformance(try world.exampleFixture(serves: serves)).run()
    #expect(report.failures.isEmpty)
    #expect(report.skips.isEmpty)
    let left = try FileManager.default.contentsOfDirectory(atPath: world.folder)
    #expect(left == [], "the checks have left something behind")
  }
}

/// Drivers that misbehave: each fails in time and with a reason.
@Suite struct MisbehavingDriverTests {
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

  @Test func oneThatHangsIsUnknownAndEnded() async throws {
    let start = ContinuousClock.now
    let (failure, _) = try await answer(
      "trap '' TERM; sleep 1000 & wait; sleep 1000", within: .milliseconds(200))
    #expect(failure.kind == .unknown)
    #expect(failure.reason.text.contains("did not answer within 200ms"))
    #expect(start.duration(to: .now) < .seconds(60))
  }

  @Test func itsWholeGroupIsEndedWithIt() async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let program = try world.shell("sleep 1000 & echo $! > \(world.folder)/pid; wait")
    var driven = try world.driven(
      program, provider: ["answerWithin": .duration(.milliseconds(500))])
    await driven.start(.setReady)
    let pid = try #require(
      Int32(
        ProcessWorld.text("\(world.folder)/pid").trimmingCharacters(in: .whitespacesAndNewlines)))
    try await waitUntil("its child is gone") {
      ["", "Z", "X"].contains(ProcessWorld.state(pid))
    }
  }

  @Test func oneThatIsKilledIsOutOfReach() async throws {
    let (failure, _) = try await answer("kill -9 $$")
    #expect(failure.kind == .transient)
    #expect(failure.reason.text.hasPrefix("the driver is out of reach: `ready` of /bin/sh /"))
    #expect(failure.reason.text.hasSuffix("/driver was killed by signal 9"))
  }

  @Test func halfAnAnswerIsUnknown() async throws {
    let (failure, _) = try await answer(#"printf '{"call":"%s","outco' "$call""#)
    #expect(failure.kind == .unknown)
    #expect(failure.reason.text.contains("ready gave an invalid answer"))
  }

  @Test(arguments: ["exit 0", "echo; exit 0"])
  func noAnswerAtAllIsAnOutage(_ body: String) async throws {
    let (failure, _) = try await answer(body)
    #expect(failure.kind == .transient)
    #expect(failure.reason.text.hasSuffix("/driver ended without an answer"))
  }

  @Test func tenMegabytesAreRefusedAndNotKept() async throws {
    let (failure, driven) = try await answer("head -c 10485760 /dev/zero | tr '\\0' x")
    #expect(failure.kind == .unknown)
    #expect(failure.reason.text.contains("more than 1048576 bytes"))
    #expect(driven.data.count < 4096)
  }

  @Test func endlessComplaintsAreNotKept() async throws {
    let (failure, driven) = try await answer(
      "yes 'a line of the log' | head -c 4000000 >&2; exit 75")
    #expect(failure.kind == .transient)
    #expect(driven.log.count <= 8)
  }

  @Test(arguments: ["", ">&- 2>&-", "</dev/null >/dev/null 2>&1"])
  func whatIsLeftInItsGroupEndsWithTheCall(_ streams: String) async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let program = try world.shell(
      """
      sh -c "trap '' TERM; echo \\$\\$ > \(world.folder)/$1.pid; kill -STOP \\$\\$" \(streams) &
      while [ ! -s \(world.folder)/$1.pid ]; do sleep 0.01; done
      case $1 in status) seen running;; *) reply '"outcome":"done"';; esac
      """)
    var driven = try world.driven(program)
    #expect(await driven.start(.setReady) == .finished)
    for verb in ["ready", "status"] {
      let text = ProcessWorld.text("\(world.folder)/\(verb).pid")
      let pid = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
      try await waitUntil("\(pid) is gone") { ["", "Z", "X"].contains(ProcessWorld.state(pid)) }
    }
    #expect(driven.log == [])
  }

  @Test func aChildThatLeftItsGroupHoldsNobodyUpAndIsNamed() async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let program = try world.shell(
      """
      setsid sleep 1000 & echo $! >> \(world.folder)/pids
      until [ "$(cut -d' ' -f6 /proc/$!/stat)" = $! ]; do :; done
      case $1 in status) seen running;; *) reply '"outcome":"done"';; esac
      """)
    var driven = try world.driven(program)
    let start = ContinuousClock.now
    #expect(await driven.start(.setReady) == .finished)
    #expect(start.duration(to: .now) < .seconds(15))
    let pids = ProcessWorld.text("\(world.folder)/pids").split(separator: "\n")
    for pid in pids.compactMap({ Int32($0) }) { kill(pid, SIGKILL) }
    #expect(pids.count == 2)
    #expect(
      driven.log
        == zip(["ready", "status"], pids).map { verb, pid in
          "\(verb) left process \(pid) (sleep) running, which still holds its standard streams"
        })
  }

  @Test func escapesInAReasonAreShownAndNotDone() async throws {
    let (failure, driven) = try await answer(
      #"""
      printf '\033[2Jlook\n' >&2
      reply '"outcome":"failed","error":{"class":"permanent","message":"\u001b[31mred\u0007"}'
      """#)
    #expect(failure.reason.text == "␛[31mred␇")
    #expect(driven.log == ["ready: ␛[2Jlook", "status: ␛[2Jlook"])
    #expect(!String(decoding: driven.data, as: UTF8.self).contains("\u{1b}"))
  }

  @Test(arguments: [
    (#"key=other; seen running"#, "not ours: it has the key other"),
    (#"owner=other; seen running"#, "not ours: it has the owner other"),
  ])
  func theWrongIdentityIsNotOurs(_ body: String, _ reason: String) async throws {
    let (failure, _) = try await answer(body)
    #expect(failure.kind == .permanent)
    #expect(failure.reason.text.hasPrefix(reason))
  }

  @Test func anAnswerToAnotherCallIsUnknown() async throws {
    let (failure, _) = try await answer("call=c-1; seen running")
    #expect(failure.kind == .unknown)
    #expect(failure.reason.text.contains("answered another call (c-1)"))
  }

  @Test func doneForWhatDoesNotExistIsNotBelieved() async throws {
    let (failure, _) = try await answer(
      """
      case $1 in status) seen absent;; *) reply '"outcome":"done"';; esac
      """, .deployForUser)
    let reason: SafeText = "create answered done, but it does not exist"
    #expect(failure == .init(.permanent, reason, leavesNothing: true))
  }

  @Test func goneForWhatStillExistsIsNotBelieved() async throws {
    let (failure, _) = try await answer(
      """
      case $1 in status) seen running;; *) reply '"outcome":"done"';; esac
      """, .destroy)
    #expect(failure.kind == .transient)
    #expect(failure.reason == "delete answered done, but it is running")
  }

  @Test func anAnonymousStatusIsNotBelieved() async throws {
    let (failure, _) = try await answer(
      #"reply '"outcome":"done","observed":{"power":"running"}'"#)
    #expect(failure.kind == .unknown)
    #expect(failure.reason.text.contains("does not report the mark"))
  }

  @Test func whereItsScreenIsComesFromStatus() async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let seen = #"\"power\":\"running\",\"key\":\"$key\",\"owner\":\"$owner\""#
    let program = try world.shell(
      #"reply "\"outcome\":\"done\",\"observed\":{\#(seen),\"console\":\"vnc://a:1\"}""#)
    var driven = try world.driven(program)
    #expect(await driven.start(.setReady) == .finished)
    #expect(driven.last.console == "vnc://a:1")
  }

  @Test func tooMuchStateIsRefused() async throws {
    let (failure, driven) = try await answer(
      #"""
      reply "\"outcome\":\"running\",\"state\":\"$(head -c 20000 /dev/zero | tr '\0' x)\""
      """#)
    #expect(failure.kind == .permanent)
    #expect(failure.reason.text.contains("the maximum is 16384"))
    #expect(driven.data.count < 4096)
  }

  @Test func oneThatHangsDoesNotSlowDownAnother() async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let program = try world.shell(
      """
      if [ "$(field name)" = slow ]; then sleep 1000; fi
      case $1 in status) seen running;; *) reply '"outcome":"done"';; esac
      """)
    let service = try world.service(program, provider: ["answerWithin": .duration(.minutes(10))])
    var slow = Driven(service)
    slow.name = "slow"
    let hanging = Task.detached { [slow] in
      var slow = slow
      return await slow.start(.setReady)
    }
    var quick = Driven(service)
    #expect(await quick.start(.setReady) == .finished)
    hanging.cancel()
    let reason = await hanging.value?.failure?.reason
    #expect(reason == "ready was cancelled before it answered")
  }
}

@Suite struct CommandDriverTests {
  @Test func stateAndVmComeBackAsTheyWere() async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let log = world.folder + "/requests"
    let program = try world.shell(
      #"""
      printf '%s\n' "$request" >> \#(log)
      case $1 in
      status) seen running;;
      *) reply '"outcome":"done","vm":"qemu/118","state":{"task":"UPID:7","n":[1,2.5,null,true]}';;
      esac
      """#)
    var driven = try world.driven(program)
    #expect(await driven.start(.deployForCache(.l1)) == .finished)
    #expect(driven.ip == "192.0.2.1")
    #expect(await driven.start(.setReady) == .finished)
    let requests = ProcessWorld.text(log).split(separator: "\n")
    #expect(requests.count == 4)
    #expect(!requests[0].contains(#""state""#))
    #expect(requests[2].contains(#""state":{"n":[1,2.5,null,true],"task":"UPID:7"}"#))
    #expect(requests[2].contains(#""vm":"qemu/118""#))
  }

  @Test func aRequestSaysWhatIsWanted() async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let log = world.folder + "/requests"
    let program = try world.shell(
      "printf '%s' \"$request\" > \(log); reply '\"outcome\":\"running\"'")
    var driven = try world.driven(
      program, provider: ["config": .map([.init("url", "https://here")])],
      ["config": .map([.init("image", "w11")]), "cacheLevels": .text("L1+L2")])
    driven.mac = MACAddress(parsing: "52:54:00:00:00:07")
    #expect(await driven.start(.deployForCache(.l2)) == .running)
    #expect(driven.last.suggestedTime == .seconds(1))
    let request = ProcessWorld.text(log)
    for member in [
      #""protocol":1"#, #""verb":"create""#, #""key":"owner-d7""#, #""owner":"owner""#,
      #""end":"suspended""#, #""name":"lab-007""#, #""mac":"52:54:00:00:00:07""#,
      #""provider":{"url":"https://here"}"#, #""service":{"image":"w11"}"#,
      #""deadlineMs":20000"#,
    ] {
      #expect(request.contains(member), "\(member) is missing in \(request)")
    }
  }

  @Test func anotherMACThanTheReservedIsAnError() async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let program = try world.shell(
      #"reply '"outcome":"done","observed":{"power":"running","mac":"52:54:00:00:00:99"}'"#)
    var driven = try world.driven(program)
    driven.mac = MACAddress(parsing: "52:54:00:00:00:07")
    let reason = try #require(await driven.start(.deployForUser)?.failure?.reason)
    #expect(reason.text.contains("52:54:00:00:00:99"))
    #expect(reason.text.contains("52:54:00:00:00:07"))
  }

  @Test func aDeletedOneThatIsNotFoundIsGone() async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let program = try world.shell(
      #"reply '"outcome":"failed","error":{"class":"notFound","message":"none"}'"#)
    var driven = try world.driven(program)
    #expect(await driven.start(.destroy) == .finished)
  }

  @Test(
    arguments: [
      (["command": .list([])], "command", "must name a program"),
      (["command": .list(["./driver"])], "command", "by its absolute path"),
      (
        ["command": .list(["/bin/true"]), "answerWithin": .duration(.milliseconds(1))],
        "answerWithin", "from 100ms to 10m"
      ),
      (
        ["command": .list(["/bin/true"]), "workingDirectory": .text("here")],
        "workingDirectory", "an absolute path"
      ),
      (
        ["command": .list(["/bin/true"]), "environment": .map([.init("a=b", "c")])],
        "environment", "is not a valid variable name"
      ),
    ] as [(ParameterValues, String, String)])
  func whatCannotBeIsRefused(
    _ values: ParameterValues, _ name: String, _ sentence: String
  ) throws {
    let problem = #expect(throws: ParameterProblem.self) {
      try driver("command").makeProvider(values)
    }
    #expect(problem?.parameter == name)
    #expect(problem?.sentence.text.contains(sentence) == true)
  }

  @Test(arguments: [
    ("exit 64", "`describe` of /bin/sh "), ("exit 64", " ended with 64"),
    (#"reply '"outcome":"done","protocols":[7]'"#, "does not support engine-driver/1"),
    (
      #"""
      case $1 in
      describe) reply '"outcome":"done","protocols":[1]';;
      *) reply '"outcome":"failed","error":{"class":"auth","message":"the password is wrong"}';;
      esac
      """#, "the password is wrong"
    ),
  ])
  func aProviderSaysWhatIsWrongWithIt(_ body: String, _ sentence: String) async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let program = try world.shell(body)
    let provider = try driver("command").makeProvider(["command": .list(["/bin/sh", program])])
    #expect(await provider.problem()?.text.contains(sentence) == true)
  }

  @Test(arguments: ["exit 64", "reply '\"outcome\":\"done\"'"])
  func aProviderThatIsFineIsAskedTwoQuestions(_ validate: String) async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let program = try world.shell(
      """
      echo $1 >> \(world.folder)/asked
      case $1 in describe) reply '"outcome":"done","protocols":[1]';; *) \(validate);; esac
      """)
    let provider = try driver("command").makeProvider(["command": .list(["/bin/sh", program])])
    #expect(await provider.problem() == nil)
    #expect(ProcessWorld.text("\(world.folder)/asked") == "describe\nvalidate\n")
  }
}
