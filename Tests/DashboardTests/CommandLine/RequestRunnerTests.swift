import DeploymentInterface
import EngineRuntime
import Foundation
import Testing

/// The commands that act, on a real engine and a real store.
@Suite(.serialized) struct ActingTests {
  private static let configuration = """
    providers: [{ name: here, driver: simulated }]
    pools:
      - name: lab
        provider: here
        service: { steps: 1, stepTime: 10ms, l2: true }
        sizes: { l1: 2, l2: 1, max: 6 }
      - name: sick
        provider: here
        service: { failing: [destroy], reason: "the disk is gone" }
        sizes: { l1: 1, max: 2 }
    """

  private func with(
    _ configuration: String = configuration, _ body: (RunningEngine) throws -> Void
  ) throws {
    let engine = try RunningEngine(configuration)
    defer { engine.end() }
    try body(engine)
  }

  private func id(_ engine: RunningEngine, _ filter: String) throws -> String {
    let output = engine.run("deployments \(filter) --json").output
    let list = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [[String: Any]]
    return try #require(list?.first?["id"] as? String)
  }

  @Test func letsAUserInAndPrintsTheAddress() throws {
    try with { engine in
      let result = engine.run("assign lab eva --wait")
      #expect(result.status == 0)
      #expect(result.errors == "")
      #expect(result.output.hasPrefix("10.0.0."))
      #expect(result.output.split(separator: "\n").count == 1)
      let again = engine.run("assign lab eva --wait")
      #expect(again.output == result.output, "who holds one gets it again")
      #expect(engine.run("deployments --user eva --placement assigned").output.contains("eva"))
      #expect(engine.run("why eva").output.contains("eva holds lab-"))
    }
  }

  private static let hanging = """
    providers: [{ name: here, driver: simulated }]
    pools:
      - name: slow
        provider: here
        service: { hang: [deployForCache, deployForUser] }
        sizes: { max: 3 }
    """

  @Test func takesAUserOffTheQueue() throws {
    try with(Self.hanging) { engine in
      #expect(engine.run("unwait slow bob").errors.hasPrefix("nobody waits in slow"))
      #expect(engine.run("assign slow bob").status == 0)
      #expect(engine.run("deployments --user bob --json").output.contains("\"bob\""))
      #expect(engine.run("deployments --user Bob --json").output.contains("\"bob\""))
      let result = engine.run("unwait slow BOB")
      #expect(result.status == 0 && result.output.contains("no longer waits"), "\(result)")
      #expect(engine.run("deployments --user bob --json").output == "[]\n")
      #expect(engine.run("unwait nowhere bob").status == 66)
    }
  }

  @Test func aWaitThatEndsTakesItsUserAlong() throws {
    try with(Self.hanging) { engine in
      let late = engine.run("assign slow bob --wait --timeout 50ms")
      #expect(late.status == 1)
      #expect(late.errors.contains("not finished within 50ms; bob no longer waits"), "\(late)")
      #expect(engine.run("deployments --user bob --json").output == "[]\n")
      let ended = engine.run("assign slow eva --wait", signal: 15)
      #expect(ended.status == 143)
      #expect(ended.errors.contains("interrupted; eva no longer waits"), "\(ended)")
      let stays = engine.run("assign slow tom --wait --stay", signal: 15)
      #expect(stays.errors.contains("interrupted; it goes on"), "\(stays)")
      #expect(engine.run("deployments --user tom --json").output.contains("\"tom\""))
      #expect(engine.run("assign slow tom --stay").status == 64)
      #expect(engine.run("assign slow tom --timeout 1s").status == 64)
    }
  }

  @Test func assignsToEachUserOfAFile() throws {
    try with { engine in
      let users = try engine.harness.file("users", " eva \n\nluis\neva\n")
      let result = engine.run("assign lab --users \(users) --wait")
      #expect(result.status == 0)
      let names = result.output.split(separator: "\n").map { $0.split(separator: " ")[0] }
      #expect(names == ["eva", "luis"])
      let empty = try engine.harness.file("none", "\n")
      #expect(engine.run("assign lab --users \(empty)").status == 66)
    }
  }

  @Test func tellsOneLineOfErrorForEachThatWasRefused() throws {
    try with { engine in
      let good = try id(engine, "--placement L2")
      let result = engine.run("cancel \(good) d999 nobody")
      #expect(result.status == 1)
      #expect(result.output == "")
      let lines = result.errors.split(separator: "\n")
      #expect(lines.count == 3)
      #expect(lines.first?.hasPrefix("\(good) lab-") ?? false)
      #expect(lines[1] == "d999: there is no such deployment")
      #expect(lines[2] == "nobody: there is no deployment of this name or id")
      #expect(engine.run("cancel d999").status == 66)
      let json = engine.run("cancel d999 --json")
      #expect(
        json.output == """
          [
            {"id": "d999", "outcome": "refused", "reason": "there is no such deployment", \
          "deployment": null}
          ]

          """)
    }
  }

  @Test func waitsUntilADeploymentHasMovedOrGone() throws {
    try with { engine in
      let moved = try id(engine, "--pool lab --placement L1")
      let result = engine.run("move --to l2 \(moved) --wait")
      #expect(result.status == 0)
      #expect(result.output.hasSuffix(": it is usable, L2\n"))
      let gone = engine.run("destroy \(moved) --wait --json")
      #expect(gone.status == 0)
      #expect(gone.output.contains(#""outcome": "done", "reason": "it is gone""#))
      #expect(gone.output.contains(#""state": "removed""#))
    }
  }

  @Test func saysWhyWhatWasAcceptedHasFailed() throws {
    try with { engine in
      let sick = try id(engine, "--pool sick")
      let result = engine.run("destroy \(sick) --wait")
      #expect(result.status == 1)
      #expect(result.errors.hasSuffix(": destroy: the disk is gone\n"))
      #expect(result.output == "")
      #expect(engine.run("destroy \(sick)").status == 0, "from error it may be asked again")
      #expect(engine.run("show \(sick)").output.contains("the disk is gone"))
    }
  }

  @Test func aKeyGetsItsFirstAnswerAgain() throws {
    try with { engine in
      #expect(engine.run("pause lab --key k").output == "lab is paused\n")
      #expect(engine.run("resume lab").status == 0)
      #expect(engine.run("pause lab --key k").output == "lab is paused\n")
      #expect(
        engine.run("pools --json").output.contains(
          #""name": "lab", "provider": "here", "state": "active""#))
      let first = try id(engine, "--pool lab")
      #expect(engine.run("release \(first) --key r").status == 1)
    }
  }

  @Test func aKeyAnswersOnlyTheRequestThatItWasUsedFor() throws {
    try with { engine in
      let first = engine.run("assign lab ana --key k1")
      #expect(first.status == 0)
      for line in ["assign lab zoe", "assign sick ana", "pause lab", "destroy d1"] {
        let other = engine.run("\(line) --key k1")
        #expect(other.status == 1, "\(line): \(other)")
        #expect(other.errors.contains("key k1 was used for another request"), "\(line)")
        #expect(other.output == "")
      }
      #expect(engine.run("assign lab ana --key k1").status == 0)
      let users = engine.run("deployments --placement assigned --json").output
      #expect(users.contains("ana") && !users.contains("zoe"))
      #expect(engine.run("resize lab --l1 1 --key s").status == 0)
      #expect(engine.run("resize lab --l1 2 --key s").status == 1)
    }
  }

  @Test func aKeyIsRepeatedByTheNameOfWhatIsGone() throws {
    try with { engine in
      let gone = try id(engine, "--pool lab --placement L1")
      let shown = engine.run("show \(gone) --json").output
      let document = try JSONSerialization.jsonObject(with: Data(shown.utf8)) as? [String: Any]
      let name = try #require(document?["name"] as? String)
      #expect(engine.run("destroy \(name) --wait --key K2").status == 0)
      #expect(engine.run("destroy \(name) --key K2").status == 0)
      #expect(engine.run("destroy \(gone) --key K2").status == 0)
      for line in ["release \(name)", "destroy d99", "destroy nobody"] {
        let other = engine.run("\(line) --key K2")
        #expect(other.status == 1, "\(line): \(other)")
        #expect(other.errors.contains("key K2 was used for another request"), "\(line)")
      }
    }
  }

  @Test(arguments: [
    "store: store.sqlite\npools: [{ name: lab, sizes: { l1: 5, max: 2 } }]\n",
    "store: store.sqlite  # here\npools: [\n", "store: 'store.sqlite'\n\tbroken: : :\n",
  ])
  func aBrokenFileStopsNoLookAndNoActOnItsStore(_ text: String) throws {
    try with { engine in
      _ = try engine.harness.file("config.yaml", text)
      let pools = engine.run("pools")
      #expect(pools.status == 0, "\(pools)")
      #expect(pools.output.contains("lab"))
      #expect(pools.errors.contains("`dashboard check` lists"))
      #expect(engine.run("assign lab ana").status == 0)
      #expect(engine.run("check").status == 78)
    }
  }

  @Test func whereAFileCannotBeReadTheNamedStoreIsUsed() throws {
    try with { engine in
      for text in ["pools: [\n", "\u{0}"] {
        _ = try engine.harness.file("config.yaml", text)
        // The default store is not meant.
        let none = engine.run("pools")
        #expect(none.status == 78, "\(none)")
        #expect(engine.run("pools --store \(engine.store)").output.contains("lab"))
        #expect(engine.run("assign lab ana --store \(engine.store)").status == 0)
        #expect(engine.run("pools --read-only").errors.contains("not listed with --read-only"))
      }
      #expect(remove(engine.harness.folder + "/config.yaml") == 0)
      #expect(engine.run("pools").status == 66)
      let named = engine.run("assign lab luis --store \(engine.store)")
      #expect(named.status == 0, "\(named)")
      #expect(named.errors.contains("does not exist"))
    }
  }

  @Test func refusesWhatChangedSinceItWasSeen() throws {
    try with { engine in
      let seen = try id(engine, "--pool lab --placement L1")
      let result = engine.run("destroy \(seen) --if-revision 99")
      #expect(result.status == 1)
      #expect(result.errors.contains("has changed (you saw revision 99"))
      #expect(engine.run("deployments").output.contains(seen + " "))
    }
  }

  @Test func actsOnPoolsAndProviders() throws {
    try with { engine in
      #expect(engine.run("resize lab --l1 3").status == 0)
      #expect(engine.run("pools --json").output.contains(#""l1": 3, "l2": 1, "max": 6"#))
      #expect(engine.run("resize lab --reset").status == 0)
      #expect(engine.run("maintenance here on").status == 0)
      #expect(engine.run("pools").output.contains("maintenance"))
      #expect(engine.run("maintenance here off").status == 0)
      #expect(engine.run("pause nolab").status == 66)
      #expect(engine.run("lift lab").status == 1)
      #expect(engine.run("plan --pool nolab").status == 66)
      let plan = engine.run("plan --pool lab --have-l1 0 --have-l2 0 --json")
      #expect(
        plan.output.contains(#"{"pool": "lab", "plan": {"l1": {"action": "grow", "count": 2"#))
    }
  }

  @Test func namesWhoAskedInTheEvents() throws {
    try with { engine in
      #expect(engine.run("pause lab").status == 0)
      let events = engine.run("events --limit 1 --json").output
      #expect(events.contains(#""kind": "request", "pool": "lab""#))
      #expect(events.contains(#""actor": "ana@pts/3""#))
    }
  }

  @Test func anAgentIsHeardByTheUniqueId() throws {
    try with { engine in
      #expect(engine.run("notify login lab-000 eva").status == 0)
      #expect(engine.run("deployments --json").output.contains(#""inUse": true"#))
      #expect(engine.run("notify logout lab-000 eva").status == 0)
      #expect(engine.run("notify ready nothing").status == 66)
    }
  }

  @Test func aReportIsKeptForTheNextEngine() throws {
    try with { engine in
      engine.engine.stop(draining: .seconds(1))
      let kept = engine.run("notify login lab-000 eva")
      #expect(kept.status == 0)
      #expect(kept.output == "lab-000: no engine runs: the report is kept for the next one\n")
      #expect(
        engine.run("notify ip lab-999 10.0.0.1").output.hasSuffix(
          "; now no deployment has the unique id lab-999\n"))
      let next = try engine.next()
      defer { next.stop(draining: .seconds(1)) }
      #expect(engine.run("notify login lab-001 zoe").status == 0)
      let list = engine.run("deployments --json").output
      #expect(list.components(separatedBy: #""inUse": true"#).count == 3)
      let events = engine.run("events").output
      #expect(events.contains("notify ip refused: no deployment has the unique id lab-999"))
    }
  }

  @Test func looksAtAStoreWhoseEngineHasGoneAndSaysSo() throws {
    try with { engine in
      engine.engine.stop(draining: .seconds(1))
      let result = engine.run("pools")
      #expect(result.status == 0)
      #expect(result.output.contains("lab"))
      #expect(
        result.errors
          == "dashboard: no engine runs on \(engine.store): this is its last state\n")
      #expect(engine.run("pools --json").errors == "")
      #expect(engine.run("pause lab").status == 69)
    }
  }

  @Test func printsThePanesOnceInPlainText() throws {
    try with { engine in
      let result = engine.run("--once")
      #expect(result.status == 0)
      #expect(result.output.contains("L1 CACHE (3)"))
      #expect(!result.output.contains("\u{1b}"))
      let json = engine.run("--once --json").output
      let document = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
      #expect((document?["pools"] as? [Any])?.count == 2)
      #expect((document?["deployments"] as? [Any])?.count == 4)
    }
  }
}
