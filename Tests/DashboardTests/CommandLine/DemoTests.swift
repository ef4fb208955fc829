import Basics
import DeploymentDrivers
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import SafeTexts
import TestSupport
import Testing

@testable import DashboardKit

@Suite struct DemoTests {
  @Test(arguments: ["/usr/bin", "/nowhere"])
  func itsConfigurationIsRight(_ path: String) {
    let text = DemoConfiguration.text(folder: "/tmp/x", path: path, program: "/bin/dashboard")
    let reading = SettingsReader(drivers: Drivers.all).read(text, file: "demo")
    #expect(reading.problems == [])
    #expect(reading.settings.configuration.pools.map(\.name) == ["web", "lab", "kiosk"])
  }

  @Test func servesWithThisProgramWhereThereIsNoPython() {
    let text = DemoConfiguration.text(folder: "/x", path: "/nowhere", program: "/bin/dash board")
    #expect(text.contains(#"command: ["/bin/dash board", demo-server, $PORT]"#))
  }

  private static let now = EngineTime(
    moment: Moment(milliseconds: 0), utc: Timestamp(milliseconds: 1_767_258_000_000))

  /// A pool with a user for each of so many deployments.
  private func state(users: [SafeText]) -> StoredState {
    var state = StoredState()
    state.pools = [Pool(id: PoolID(1), name: "web", provider: "here", sizes: Sizes(max: 9))]
    state.deployments = users.enumerated().map { number, user in
      var deployment = Deployment(
        id: DeploymentID(Int64(number) + 1), pool: PoolID(1),
        identity: Identity(name: "web-\(number)"), placement: .assigned(user, .granted),
        phase: .usable(nil), guest: .ready(), publication: nil, because: "", at: Self.now.utc)
      deployment.uniqueId = SafeText("u\(number)")
      deployment.ip = "127.0.0.1:1"
      deployment.loggedIn = [user]
      return deployment
    }
    return state
  }

  @Test func usersComeLogInAndGoWithinALimit() {
    var chance = SplitMix64(seed: 2)
    let empty = state(users: [])
    let first = (1...20).compactMap { _ in DemoTraffic.next(empty, at: Self.now.utc, &chance) }
    #expect(!first.isEmpty)
    #expect(
      first.allSatisfy { verb in
        if case .assignFromPool("web", _) = verb { true } else { false }
      })

    var new = state(users: ["ana"])
    new.deployments[0].loggedIn = []
    #expect(
      DemoTraffic.next(new, at: Self.now.utc, &chance) == .notify("u0", .login("ana")))

    let full = state(users: ["ana", "luis", "eva", "noor", "kofi"])
    let verbs = (1...20).compactMap { _ in DemoTraffic.next(full, at: Self.now.utc, &chance) }
    #expect(
      verbs.allSatisfy { verb in
        if case .notify(_, .logout) = verb { true } else { false }
      })
  }

  @Test func leavesOtherUsersAlone() {
    var chance = SplitMix64(seed: 3)
    let others = state(users: ["somebody", "else", "who", "came", "here"])
    for _ in 1...50 {
      switch DemoTraffic.next(others, at: Self.now.utc, &chance) {
      case nil, .assignFromPool: break
      case let verb: Issue.record("\(String(describing: verb))")
      }
    }
  }

  @Test func itsFolderIsPrivateAndFoundOnlyWhenItsDemoIsGone() throws {
    let harness = try Harness()
    defer { harness.remove() }
    let environment = ["TMPDIR": harness.folder]
    let folder = try #require(DemoFolder.make(environment))
    #expect(DemoFolder.leftBehind(environment).isEmpty, "its demo lives")
    let (ended, left) = folder.clear()
    #expect((ended, left) == (0, 0))
    #expect(!fileExists(folder.path))
  }
}
