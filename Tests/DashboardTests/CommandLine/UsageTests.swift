import DeploymentEngine
import Testing

@testable import DashboardKit
@testable import DashboardScreen

/// Command lines that make no sense end with 64, one sentence and nothing on standard output.
@Suite struct UsageTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let sentence: String
    init(_ line: String, _ sentence: String) {
      self.arguments = line.split(separator: " ").map(String.init)
      self.sentence = sentence
    }
    var testDescription: String { arguments.joined(separator: " ") }
  }

  @Test(arguments: [
    Row("poools", "unknown command `poools`; did you mean `pools`?"),
    Row("--read-only --store x puase lab", "unknown command `puase`; did you mean `pause`?"),
    Row("pools --jsno", "Unknown option '--jsno'. Did you mean '--json'?"),
    Row("pools extra", "Unexpected argument 'extra'"),
    Row("pools --once", "Unknown option '--once'"),
    Row("show", "Missing expected argument '<id>'"),
    Row("cancel", "Missing expected argument '<id> ...'"),
    Row("cancel d1 d2 --if-revision 3", "--if-revision needs exactly one deployment"),
    Row("cancel d1 --if-revision x", "The value 'x' is invalid for '--if-revision <revision>'"),
    Row("pause lab --if-revision 3", "Unknown option '--if-revision'"),
    Row("move d1", "Missing expected argument '--to <level>'"),
    Row("move --to L3 d1", "'L3' is not a cache level; write L1 or L2"),
    Row("deployments --state gone", "'gone' is not a state; states: preparing, usable"),
    Row("deployments --placement L3", "The value 'L3' is invalid for '--placement <placement>'"),
    Row("assign lab", "name one user, or a file with --users"),
    Row("assign lab ana --users f", "name one user, or a file with --users"),
    Row("assign lab --users f --if-revision 1", "--if-revision needs exactly one deployment"),
    Row("resize lab", "name a size, or --reset"),
    Row("resize lab --reset --l1 3", "--reset cannot be combined with sizes"),
    Row("resize lab --l1=-3", "a size must be from 0 to 1000000"),
    Row("maintenance here maybe", "Please provide one of 'on' and 'off'"),
    Row("notify shout x", "The value 'shout' is invalid for '<word>'"),
    Row("notify ip x", "`notify ip` needs the address"),
    Row("notify login x", "`notify login` needs the user"),
    Row("engine --timeout 5s", "--timeout needs --until-idle"),
    Row("engine --until-idle --timeout 5", "'5' is not a duration; write 50ms"),
    Row("engine --no-engine", "--no-engine makes no sense with `engine`"),
    Row("plan --l1=-1", "a number must be from 0 to 1000000"),
    Row("events --limit=-1", "--limit must be from 0 to 200000"),
    Row("simulate", "Missing expected argument '--seed <number>'"),
    Row("simulate --seed 1 --preset big", "The value 'big' is invalid for '--preset <preset>'"),
    Row("simulate --seed 1 --runs 0", "--runs takes 1 to 1000000"),
    Row("pools --colour=pink", "The value 'pink' is invalid for '--colour <mode>'"),
    Row("cancel d1 --key=", "Missing value for '--key <key>'"),
  ])
  func refuses(_ row: Row) throws {
    let harness = try Harness()
    defer { harness.remove() }
    let result = harness.run(row.arguments)
    #expect(result.status == 64)
    #expect(result.errors.contains(row.sentence), "\(result.errors)")
    #expect(result.output == "")
  }

  @Test(arguments: [["--help"], ["help"], ["pools", "--help"], ["help", "assign"], ["-h"]])
  func printsHelpOnStandardOutput(_ arguments: [String]) throws {
    let harness = try Harness()
    defer { harness.remove() }
    let result = harness.run(arguments)
    #expect(result.status == 0)
    #expect(result.output.contains("USAGE: dashboard"))
    #expect(result.errors == "")
  }

  @Test func printsItsVersion() throws {
    let harness = try Harness()
    defer { harness.remove() }
    #expect(harness.run("--version").output == DashboardCommand.version + "\n")
  }

  @Test(arguments: RequestName.allCases)
  func hasACommandForEveryRequest(_ name: RequestName) throws {
    let harness = try Harness()
    defer { harness.remove() }
    let help = harness.run("help", name.row.command).output
    #expect(help.contains("USAGE: dashboard \(name.row.command) "))
    // One command makes two requests of these; the help tells of the first.
    guard name.rawValue == name.row.command else { return }
    let words = help.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains(name.row.summary), "\(help)")
  }

  @Test func namesEveryCommandOfTheContractInItsHelp() throws {
    let harness = try Harness()
    defer { harness.remove() }
    let help = harness.run("--help").output
    for name in DashboardCommand.commandNames where name != "screen" && name != "help" {
      #expect(help.contains("\n  \(name) "), "\(name)")
    }
  }
}
