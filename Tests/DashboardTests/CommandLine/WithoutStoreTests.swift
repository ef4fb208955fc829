import DeploymentDrivers
import Testing

@testable import DashboardKit

/// What commands say and answer where there is no store, no engine or no good configuration.
@Suite struct WithoutStoreTests {
  private static let good = """
    providers: [{ name: here, driver: sample, host: a }]
    pools: [{ name: lab, provider: here, sizes: { l1: 1, max: 2 } }]
    """
  private static let bad = """
    providers: [{ name: here, driver: sample, host: a }]
    pools: [{ name: lab, provider: here, sizes: { l1: 5, max: 2 }, unknwon: 1 }]
    """

  @Test(arguments: [
    "pools", "deployments", "show d1", "events", "why lab", "plan", "--json pools",
  ])
  func lookingSaysThatThereIsNoStoreAndCreatesNone(_ line: String) throws {
    let harness = try Harness()
    defer { harness.remove() }
    let store = harness.folder + "/none.sqlite"
    let arguments = line.split(separator: " ").map(String.init) + ["--store", store]
    let result = harness.run(arguments)
    #expect(result.status == 66)
    #expect(result.errors.contains(store))
    #expect(result.errors.split(separator: "\n").count == 1)
    #expect(result.output == "")
    #expect(!fileExists(store))
  }

  /// A report waits for the next engine, but only a store can keep it.
  @Test func aReportNeedsAStoreAndCreatesNone() throws {
    let harness = try Harness()
    defer { harness.remove() }
    let store = harness.folder + "/none.sqlite"
    let result = harness.run(["notify", "ready", "u1", "--store", store])
    #expect(result.status == 66)
    #expect(
      result.errors == "dashboard: no store at \(store): starting an engine creates it\n")
    #expect(result.output == "" && !fileExists(store))
  }

  @Test(arguments: [
    "cancel d1", "destroy d1", "move --to L1 d1", "ready d1", "release d1", "retry d1",
    "forget d1", "undo d1", "assign lab ana", "publish lab", "pause lab", "resume lab", "lift lab",
    "resize lab --l1 1", "maintenance here on",
  ])
  func actingSaysThatNoEngineRunsAndLeavesNothing(_ line: String) throws {
    let harness = try Harness()
    defer { harness.remove() }
    let store = harness.folder + "/none.sqlite"
    let arguments = line.split(separator: " ").map(String.init)
    let result = harness.run(arguments + ["--store", store])
    #expect(result.status == 69)
    #expect(
      result.errors
        == "dashboard: no engine runs on \(store): open the dashboard or start `dashboard engine`\n"
    )
    #expect(!fileExists(store))
    let readOnly = harness.run(["--read-only"] + arguments + ["--store", store])
    #expect(readOnly.status == 77)
    #expect(readOnly.errors == "dashboard: --read-only: nothing is changed\n")
  }

  @Test(arguments: ["check", "driver-check /bin/true", "orphans"])
  func readOnlyStartsNoProgramAndQuotesNoFile(_ line: String) throws {
    let harness = try Harness()
    defer { harness.remove() }
    let path = try harness.file("secret.yaml", "root:*:20228:0:99999:7:::\n")
    let arguments = line.split(separator: " ").map(String.init) + ["--config", path]
    let result = harness.run(["--read-only"] + arguments)
    #expect(result.status == 77, "\(result)")
    #expect(!(result.output + result.errors).contains("20228"))
    let pools = harness.run("--read-only", "pools", "--config", path)
    #expect(pools.status != 0)
    #expect(!(pools.output + pools.errors).contains("20228"), "\(pools)")
  }

  @Test func checkFindsNothingWrongWithAGoodFile() throws {
    let harness = try Harness()
    defer { harness.remove() }
    let path = try harness.file("good.yaml", Self.good)
    let result = harness.run("check", "--config", path)
    #expect(result.status == 0)
    #expect(result.output == "\(path): no problems; 1 provider, 1 pool\n")
    #expect(harness.run("check", "--config", path, "--json").output == "[]\n")
  }

  @Test func checkListsEveryProblemAndEndsWith78() throws {
    let harness = try Harness()
    defer { harness.remove() }
    let path = try harness.file("bad.yaml", Self.bad)
    let result = harness.run("check", "--config", path)
    #expect(result.status == 78)
    #expect(
      result.output == """
        \(path):2: `l1: 5` is more than `max: 2`; lower l1 or raise max
        \(path):2: unknown key `unknwon` in pool `lab`; allowed: name, provider, sizes, service, \
        names, macs, onLogout, restrain, deadlines, errorRetention, historyRetention, unusedAfter, \
        logoutGrace, onFailure, users, sharedAddress, patience, keepErrors, onRemoved, stuckAfter

        """)
    let json = harness.run("check", "--config", path, "--json")
    #expect(json.status == 78)
    #expect(json.output.hasPrefix("[\n  {\"file\": \"\(path)\", \"line\": 2, \"problem\": \""))
  }

  @Test(arguments: ["engine", "pools", "cancel d1"])
  func aBadConfigurationWithoutAStoreEndsWith78(_ line: String) throws {
    let harness = try Harness()
    defer { harness.remove() }
    let path = try harness.file("bad.yaml", Self.bad)
    let arguments = line.split(separator: " ").map(String.init) + ["--config", path]
    let result = harness.run(arguments)
    #expect(result.status == 78)
    #expect(result.errors.hasPrefix("\(path):2: `l1: 5` is more than `max: 2`"))
  }

  @Test(arguments: ["engine", "pools", "check"])
  func aConfigurationThatIsNotThereEndsWith66(_ command: String) throws {
    let harness = try Harness()
    defer { harness.remove() }
    let result = harness.run(command, "--config", "/nowhere/c.yaml")
    #expect(result.status == 66)
    #expect(result.errors == "dashboard: /nowhere/c.yaml: does not exist\n")
  }

  @Test func aConfigurationThatIsAFolderEndsWith74() throws {
    let harness = try Harness()
    defer { harness.remove() }
    let result = harness.run("check", "--config", harness.folder)
    #expect(result.status == 74)
    #expect(
      result.errors == "dashboard: \(harness.folder): cannot be read: Is a directory\n")
  }

  @Test(arguments: ["engine", "check"])
  func withoutAnyConfigurationItPointsToTheDemo(_ command: String) throws {
    let harness = try Harness()
    defer { harness.remove() }
    let result = harness.run(command)
    #expect(result.status == 66)
    let own = harness.folder + "/.config/dashboard/config.yaml"
    #expect(
      result.errors
        == "dashboard: no configuration found (tried $DASHBOARD_CONFIG, \(own) and "
        + "/etc/dashboard/config.yaml); name one with --config FILE, or try `dashboard demo`, "
        + "which needs none\n")
  }

  @Test func planForNumbersNeedsNoStore() throws {
    let harness = try Harness()
    defer { harness.remove() }
    let result = harness.run("plan", "--have-l1", "2", "--have-l2", "1", "--l1", "5", "--max", "9")
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("growing L1 by 3"))
    let json = harness.run("plan", "--have-l1", "5", "--l1", "5", "--max", "9", "--json")
    #expect(json.output.hasPrefix("[\n  {\"pool\": null, \"plan\": {\"l1\": {\"action\": \"none\""))
  }

  @Test func aReaderThatHasGoneIsNoMistake() throws {
    let errors = MemorySink()
    let context = CommandContext(
      environment: [:], output: ClosedSink(), errors: errors, drivers: Drivers.all)
    #expect(DashboardProgram.run(["plan", "--l1", "1"], context) == 0)
    #expect(errors.text == "")
  }

  @Test func anAnswerThatCannotBeWrittenIsAMistake() throws {
    let errors = MemorySink()
    let context = CommandContext(
      environment: [:], output: FullSink(), errors: errors, drivers: Drivers.all)
    for arguments in [["plan", "--l1", "1"], ["--help"], ["--version"]] {
      #expect(DashboardProgram.run(arguments, context) == 74)
    }
    #expect(errors.text.hasPrefix("dashboard: cannot write the answer: No space left"))
  }
}
