import DeploymentDrivers
import DeploymentInterface
import Testing

@testable import DashboardKit
@testable import DashboardScreen

@Suite struct ManualTests {
  @Test func namesEveryCommandActionAndParameter() throws {
    let page = try #require(ManualPage(of: DashboardCommand.self, drivers: Drivers.all)).text
    for name in DashboardCommand.commandNames where name != "help" {
      #expect(page.contains("\n\\fB\(Troff.escaped(name))"), "\(name)")
    }
    for action in ActionTable.all { #expect(page.contains("(\(action.id.rawValue))")) }
    for parameter in Drivers.all.flatMap(\.serviceParameters) {
      #expect(page.contains("\\fB\(parameter.name)\\fR"), "\(parameter.name)")
    }
    #expect(page.contains("\\fB\\-\\-read\\-only\\fR"))
  }

  @Test func nothingInATextIsACommandOfThePage() {
    var page = Troff(title: "x", section: 1, source: "x 1")
    page.item(".SH evil", "'a\\b -c\n")
    #expect(page.text.hasSuffix(".TP\n\\fB\\&.SH evil\\fR\n\\&'a\\eb \\-c\n\n"))
  }
}
