import Testing

@testable import DashboardKit

@Suite struct DriverCheckCommandTests {
  @Test func aProgramThatKeepsNothingFailsWithATable() throws {
    let harness = try Harness()
    defer { harness.remove() }
    let result = harness.run(["driver-check", "--only", "describes-itself", "/bin/true"])
    #expect(result.status == 1)
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.first?.hasPrefix("CHECK ") == true)
    #expect(lines[1].contains(" failed "))
    #expect(lines[1].hasSuffix("ended without an answer"))
    #expect(lines.last == "1 check: 0 passed, 1 failed, 0 skipped")
  }

  @Test func theSameAsOneDocument() throws {
    let harness = try Harness()
    defer { harness.remove() }
    let result = harness.run(
      ["driver-check", "--json", "--only", "refuses-unknown-verbs", "/bin/true"])
    #expect(result.status == 1)
    #expect(result.output.contains(#""check": "refuses-unknown-verbs""#))
    #expect(result.output.contains(#""outcome": "failed", "reason": "no-such-verb: "#))
  }

  @Test(arguments: [
    (["driver-check"], "program"), (["driver-check", "./no-such-program"], "there is no program"),
    (["driver-check", "--provider", "root", "/bin/true"], "name=value"),
    (["driver-check", "--only", "everything", "/bin/true"], "unknown check 'everything'"),
  ])
  func whatMakesNoSenseIsSaid(_ arguments: [String], _ sentence: String) throws {
    let harness = try Harness()
    defer { harness.remove() }
    let result = harness.run(arguments)
    #expect(result.status == 64)
    #expect(result.errors.contains(sentence))
    #expect(result.output == "")
  }

  @Test func aReaderWhoGoesAwayEndsItQuietly() throws {
    let harness = try Harness()
    defer { harness.remove() }
    let errors = MemorySink()
    let context = CommandContext(
      environment: harness.environment, output: ClosedSink(), errors: errors)
    #expect(DashboardProgram.run(["driver-check", "/bin/true"], context) == 0)
    #expect(errors.text == "")
  }
}
