import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import Foundation
import SafeTexts
import Testing

@testable import DashboardKit

/// What a file would do to a store that nobody may want.
@Suite struct ConfigurationChangeTests {
  private static let file = """
    providers: [{ name: here, driver: sample, host: one }]
    pools: [{ name: lab, provider: here, sizes: { l1: 3, l2: 1, max: 9 } }]
    """

  private static func settings(_ text: String) -> Settings {
    SettingsReader(drivers: [SampleDriver()]).read(text, file: "c.yaml").settings
  }

  /// A store that runs on the file, with its caches full.
  private static var stored: StoredState {
    var state = StoredState()
    state.configuration = settings(file).configuration
    var pool = Pool(
      id: PoolID(1), name: "lab", provider: "here", sizes: Sizes(l1: 3, l2: 1, max: 9))
    pool.counts.l1Ready = 3
    pool.counts.l2Ready = 1
    pool.traits = ServiceTraits(cacheLevels: .l1AndL2)
    state.pools = [pool]
    state.deployments = (1...4).map { number in
      Deployment(
        id: DeploymentID(number), pool: PoolID(1), identity: Identity(name: "lab-00\(number)"),
        placement: .cache(number < 4 ? .l1 : .l2, reservedFor: nil), phase: .usable(nil),
        guest: .ready(), publication: nil, because: "", at: Timestamp(milliseconds: 0))
    }
    return state
  }

  private static func change(_ text: String) -> ConfigurationChange {
    ConfigurationChange(settings: settings(text), drivers: [SampleDriver()], stored: stored)
  }

  private static let consents = [false, true].flatMap { force in
    [false, true].map { ReloadConsent(force: force, closeAll: $0) }
  }

  private static func objections(
    _ text: String, _ consent: ReloadConsent = ReloadConsent(), noticesRemovals: Bool = false
  ) -> [String] {
    change(text).objections(consent, noticesRemovals: noticesRemovals)
  }

  @Test func theSameFileChangesNothing() {
    let change = Self.change(Self.file)
    #expect(Self.objections(Self.file).isEmpty && change.movedGround.isEmpty)
    #expect(change.removal == nil)
  }

  @Test(arguments: ["", "store: a.sqlite\n", "providers: []\npools:\n", "pool"])
  func aFileWithoutPoolsIsNotTheWishToCloseThem(_ text: String) {
    for consent in Self.consents {
      let objections = Self.objections(text, consent)
      #expect(objections.count == 1 && objections[0].contains("`pools: []`"), "\(consent)")
    }
  }

  @Test func anEmptyListIsThatWishIfAPersonConfirmsIt() {
    for consent in Self.consents {
      let objections = Self.objections("pools: []", consent)
      #expect(objections.isEmpty == consent.closeAll, "\(objections)")
      #expect(objections.allSatisfy { $0.hasPrefix("it closes the only pool; confirm with") })
    }
    #expect(
      Self.change("pools: []").removal == "it would remove 4 cached deployments (4 of lab)")
  }

  @Test func closingAllPoolsIsNoConsentToAnotherPlatform() {
    let moved = "providers: [{ name: here, driver: sample, host: two }]\npools: []"
    let closing = Self.objections(moved, ReloadConsent(closeAll: true), noticesRemovals: true)
    #expect(closing.count == 1 && closing[0].contains("`host` changes"), "\(closing)")
    let both = ReloadConsent(force: true, closeAll: true)
    #expect(Self.objections(moved, both, noticesRemovals: true).isEmpty)
  }

  @Test func saysWhatSmallerSizesRemove() {
    let smaller = Self.file.replacingOccurrences(of: "l1: 3", with: "l1: 1")
    #expect(
      Self.change(smaller).removal == "it would remove 2 cached deployments (2 of lab)")
    #expect(Self.objections(smaller).isEmpty)
    #expect(
      Self.objections(smaller, noticesRemovals: true) == [
        "it would remove 2 cached deployments (2 of lab); confirm with `dashboard reload --force`"
      ])
    let force = ReloadConsent(force: true)
    #expect(Self.objections(smaller, force, noticesRemovals: true).isEmpty)
    let larger = Self.file.replacingOccurrences(of: "l1: 3", with: "l1: 5")
    #expect(Self.change(larger).removal == nil)
  }

  @Test func saysWhichDeploymentsStandOnTheOldGround() {
    let moved = Self.file.replacingOccurrences(of: "host: one", with: "host: two")
    #expect(
      Self.change(moved).movedGround.map(\.sentence) == [
        "provider `here`: `host` changes, and 4 deployments of the old one exist: lab-001, "
          + "lab-002, lab-003, lab-004; remove them first, give the new provider another name, or "
          + "confirm with `dashboard reload --force` or `dashboard engine --accept`"
      ])
    #expect(Self.objections(moved) == Self.change(moved).movedGround.map(\.sentence))
    #expect(Self.objections(moved, ReloadConsent(force: true)).isEmpty)
    var gone = Self.stored
    gone.deployments = []
    let change = ConfigurationChange(
      settings: Self.settings(moved), drivers: [SampleDriver()], stored: gone)
    #expect(change.movedGround.isEmpty)
  }

  @Test func anotherDriverIsAnotherGround() {
    var state = Self.stored
    state.configuration.providers[0].driver = "process"
    let change = ConfigurationChange(
      settings: Self.settings(Self.file), drivers: [SampleDriver()], stored: state)
    #expect(
      change.movedGround.first?.sentence.hasPrefix(
        "provider `here`: its driver changes from `process` to `sample`") == true)
  }

  @Test func checkRefusesAFileWithoutPools() throws {
    let harness = try Harness()
    defer { harness.remove() }
    let cut = try harness.file("cut.yaml", "store: s.sqlite\nproviders: []\n")
    let result = harness.run("check", "--config", cut)
    #expect(result.status == 78)
    #expect(result.output.contains("names no pools, so it may have been cut"), "\(result)")
    let empty = try harness.file("empty.yaml", "store: s.sqlite\npools: []\n")
    #expect(harness.run("check", "--config", empty).status == 0)
  }

  @Test func anEngineOnAFileThatMayBeCutStartsNoNewStore() throws {
    let harness = try Harness()
    defer { harness.remove() }
    for text in ["", "pools: [\n", "theme: dark\n"] {
      let path = try harness.file("cut.yaml", text)
      let result = harness.run("engine", "--until-idle", "--config", path)
      #expect(result.status == 78, "\(text): \(result)")
    }
  }
}
