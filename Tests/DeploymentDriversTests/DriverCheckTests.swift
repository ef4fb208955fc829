import DeploymentDrivers
import DeploymentInterface
import DriverConformance
import ProtocolConformance
import TestSupport
import Testing

/// The checks of driver programs: each fails for a program that breaks its rule.
@Suite struct DriverCheckTests {
  /// The line of Python that makes the example wrong.
  static let table: [(check: String, mistake: String)] = [
    ("describes-itself", "w.VERBS['describe'] = lambda r: w.done(r, protocols=[7])"),
    ("validates-what-it-is-given", "w.VERBS['validate'] = lambda r: w.failed(r, 'bug', 'no')"),
    ("refuses-unknown-verbs", "w.VERBS['no-such-verb'] = w.status"),
    (
      "refuses-what-is-not-json",
      "if len(sys.stdin.read()) > 9999: print('{\"outcome\":\"done\"}'); sys.exit()"
    ),
    (
      "refuses-an-empty-request",
      "if not sys.stdin.read(): print('{\"outcome\":\"done\"}'); sys.exit()"
    ),
    (
      "ignores-what-it-does-not-know",
      "w.VERBS['status'] = lambda r: sys.exit(70) if 'later' in r else w.done(r)"
    ),
    ("nothing-is-absent", "w.observed = lambda r: {'power': 'off'}"),
    (
      "status-changes-nothing",
      "w.VERBS['status'] = lambda r: (w.status(r), w.delete(r))[0]"
    ),
    (
      "status-knows-its-owner",
      "w.VERBS['status'] = lambda r: w.done(r, observed={'power': 'running'})"
    ),
    (
      "one-name-one-thing",
      """
      w.VERBS['delete'] = lambda r: next((w.delete({**r, 'key': m['key']}) \
      for p, m in w.folders(r) if m['name'] == r['name']), w.done(r))
      """
    ),
    ("lists-what-it-made", "w.VERBS['list'] = lambda r: w.done(r, items=[], complete=True)"),
    (
      "lists-its-owners-only",
      """
      w.VERBS['list'] = lambda r: w.done(r, complete=True, items=[{'key': m['key']} \
      for p, m in w.folders(r)])
      """
    ),
    ("serves-each-line", "w.VERBS['status'] = lambda r: {**w.status(r), 'call': 'c-0'}"),
    ("serves-until-its-input-ends", "s = w.serve; w.serve = lambda: (s(), sys.exit(3))"),
    (
      "serves-on-after-nonsense",
      """
      o = w.json.loads; w.json.loads = lambda t, **k: \
      o(t, **k) if t[:2] in (b'{"', '{"') else w.os._exit(1)
      """
    ),
    ("serves-no-unknown-verbs", "w.VERBS['no-such-verb'] = w.status"),
  ]

  @Test func eachCheckOfTheProtocolHasAMistake() {
    let own = DriverCheck.names.filter { name in !Conformance.checks.contains { $0.name == name } }
    #expect(own == Self.table.map(\.check))
    #expect(Set(DriverCheck.names).count == DriverCheck.names.count)
  }

  @Test(arguments: table)
  func isNoticed(_ check: String, _ mistake: String) async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let program = try world.program(
      """
      import sys
      sys.path.insert(0, '\(CommandWorld.exampleFolder)')
      sys.dont_write_bytecode = True
      import workspaces as w
      \(mistake)
      sys.exit(w.main())
      """, named: "driver.py")
    for isMistaken in [true, false] {
      let path = isMistaken ? program : CommandWorld.example
      let made = world.folder + "/made"
      var driver = try DriverCheck(
        command: CommandWorld.python + [path], provider: ["root": world.emptied(made)],
        service: [:], failing: nil)
      if isMistaken { driver.operationLimit = .seconds(10) }
      let report = await driver.run(only: [check], owner: world.owner)
      #expect(report.results.map(\.name) == [check])
      #expect(report.failures.isEmpty == !isMistaken, "\(report.results)")
    }
  }

  @Test func aProgramThatDescribesNothingIsAskedForNothingElse() async throws {
    let driver = try DriverCheck(command: ["/bin/true"], provider: [:], service: [:], failing: nil)
    let report = await driver.run(owner: "nobody")
    #expect(report.results.count == DriverCheck.names.count)
    #expect(report.skips.count >= Conformance.checks.count)
    #expect(report.results.first?.word == "failed")
  }
}
