import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import SafeTexts
import TerminalCells
import Testing

@testable import DashboardScreen

@Suite struct PlainScreenTests {
  private static func lines(_ state: StoredState, width: Int = 100) -> [String] {
    PlainScreen.lines(
      state, presence: .running(pid: 7, host: "", since: Fixture.utc), settings: Fixture.settings,
      now: Fixture.now, zone: .utc, glyphs: .unicode, width: width)
  }

  @Test func showsEveryPaneAndEveryRow() {
    let lines = Self.lines(Fixture.state)
    #expect(lines[0].hasPrefix("dashboard · vdi.example · ● engine: attached (7)"))
    for title in ["POOLS", "L1 CACHE (10)", "L2 CACHE (6)", "ASSIGNED (5)"] {
      #expect(lines.contains(title))
    }
    for deployment in Fixture.deployments {
      #expect(lines.contains { $0.contains(deployment.name.text) })
    }
    #expect(lines.allSatisfy { $0.count <= 160 && !$0.hasSuffix(" ") })
    #expect(!lines.joined().contains("▸"))
  }

  @Test func keepsItsColumnsOverManyRows() {
    var state = StoredState()
    state.pools = Fixture.pools
    for id in 1...450 {
      state.deployments.append(
        Fixture.deployment(
          Int64(id), Fixture.win11, id == 449 ? "a-longer-name" : "n\(id)",
          .cache(.l2, reservedFor: nil), .usable(nil)))
    }
    let lines = Self.lines(state)
    let rows = lines.filter { $0.contains("▣ usable") }
    #expect(rows.count == 450)
    #expect(Set(rows.map { $0.prefix { $0 != "▣" }.count }).count == 1)
  }

  @Test func saysThatThereIsNothing() {
    let lines = Self.lines(StoredState())
    #expect(lines.contains { $0.contains("no pool is configured") })
    #expect(lines.contains { $0.contains("no user holds a deployment") })
  }
}
