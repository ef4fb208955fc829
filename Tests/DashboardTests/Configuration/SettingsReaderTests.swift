import DashboardScreen
import DeploymentEngine
import DeploymentInterface
import Testing

@testable import DashboardKit

/// What a file says, and what is wrong with it as `FILE:LINE: SENTENCE`.
@Suite struct SettingsReaderTests {
  private func read(_ text: String) -> SettingsReading {
    SettingsReader(drivers: [SampleDriver()]).read(text, file: "c.yaml")
  }

  private static let provider = "providers: [{ name: here, driver: sample, host: a }]\n"
  private static let whole = """
    store: /var/lib/dashboard/store.sqlite
    access: group
    providers:
      - name: here
        driver: sample
        host: localhost
        limits: { preparing: 5, removing: 6, deployments: 70 }
        orphans: { remove: true, grace: 2h, most: 3 }
    pools:
      - name: lab
        provider: here
        service:
          steps: 3
          stepTime: 50ms
          l2: true
          failure: 0.5
          failing: [destroy]
          command: [sh, -c, "exit 1"]
          environment: { A: 1, B: two }
          stepsOf: { destroy: 2 }
        sizes: { initial: 1, l1: 5, l2: 3, max: 40 }
        names: { prefix: vm-, digits: 4 }
        macs: 52:54:00:00:00:00-52:54:00:00:ff:ff
        onLogout: remove
        restrain: { count: 2, within: 10m }
        deadlines: { call: 1s, preparing: 2s, osReady: 3s, removing: 4s }
        errorRetention: 2h
        historyRetention: 1d
        unusedAfter: 8h
        logoutGrace: 0s
        onFailure: hold
        users: { case: keep, domain: strip }
        sharedAddress: true
        patience: 15m
        keepErrors: 0
        stuckAfter: 20m
    theme: dark
    grace: 0s
    keys: { deployment.cancel: c, quit: Q }
    """

  @Test func readsEveryKeyOfAWholeFile() throws {
    let reading = read(Self.whole)
    #expect(reading.problems == [])
    let settings = reading.settings
    #expect(settings.store == "/var/lib/dashboard/store.sqlite")
    #expect(settings.access == .group)
    #expect(settings.theme == "dark")
    #expect(settings.grace == .zero)
    #expect(settings.keys.map(\.action) == ["deployment.cancel", "quit"])
    #expect(settings.keys.map(\.key) == ["c", "Q"])
    #expect(reading.providers.map(\.name) == ["here"])
    let provider = try #require(settings.configuration.providers.first)
    #expect(provider.limits == ProviderLimits(preparing: 5, removing: 6, deployments: 70))
    #expect(provider.orphans == OrphanRule(removes: true, grace: .hours(2), most: 3))
    #expect(provider.parameters == ["host": .text("localhost")])
    #expect(settings.configuration.pools == [Self.wholePool])
  }

  private static var wholePool: PoolConfiguration {
    var pool = wholePoolWithDefaults
    pool.logoutGrace = .zero
    pool.onFailure = .hold
    pool.users = UserNames(case: .keep, domain: .strip)
    pool.sharedAddress = true
    pool.patience = .minutes(15)
    pool.keepErrors = 0
    pool.stuckAfter = .minutes(20)
    return pool
  }

  private static var wholePoolWithDefaults: PoolConfiguration {
    .init(
      name: "lab", provider: "here",
      service: [
        "steps": .integer(3), "stepTime": .duration(.milliseconds(50)), "l2": .bool(true),
        "failure": .number(0.5), "failing": .list(["destroy"]),
        "command": .list(["sh", "-c", "exit 1"]),
        "environment": .map([.init("A", "1"), .init("B", "two")]),
        "stepsOf": .map([.init("destroy", "2")]),
      ],
      sizes: Sizes(initial: 1, l1: 5, l2: 3, max: 40),
      names: NamePattern(prefix: "vm-", digits: 4),
      macs: MACRange(first: MACAddress(0x5254_0000_0000), last: MACAddress(0x5254_0000_ffff)),
      onLogout: .remove, restrain: RestraintRule(count: 2, within: .minutes(10)),
      deadlines: PoolDeadlines(
        call: .seconds(1), preparing: .seconds(2), osReady: .seconds(3), removing: .seconds(4)),
      errorRetention: .hours(2), historyRetention: .hours(24), unusedAfter: .hours(8))
  }

  @Test func takesTheDefaultsOfWhatIsNotThere() throws {
    let reading = read(
      Self.provider + "pools: [{ name: a-very-long-name, provider: here, sizes: { max: 1 } }]")
    #expect(reading.problems == [])
    let pool = try #require(reading.settings.configuration.pools.first)
    #expect(
      pool
        == PoolConfiguration(
          name: "a-very-long-name", provider: "here", sizes: Sizes(max: 1),
          names: NamePattern(prefix: "a-very-long-", digits: 3)))
    #expect(reading.settings.grace == .seconds(5))
    #expect(reading.settings.theme == "auto")
  }

  @Test(arguments: ["", "\n", "# nothing yet\n", "providers:\npools:\n", "~"])
  func readsAFileWithoutAnythingInIt(_ text: String) {
    let reading = read(text)
    #expect(reading.problems == [])
    #expect(reading.settings.configuration == Configuration())
  }

  @Test func followsAnchorsAndMergesWhileOwnKeysWin() throws {
    let reading = read(
      Self.provider + """
        pools:
          - &base { name: one, provider: here, sizes: { max: 4 }, onLogout: remove }
          - { <<: *base, name: two, onLogout: keep }
          - { <<: [*base], name: three }
        """)
    #expect(reading.problems == [])
    let pools = reading.settings.configuration.pools
    #expect(pools.map(\.name) == ["one", "two", "three"])
    #expect(pools.map(\.onLogout) == [.remove, .keep, .remove])
    #expect(pools.allSatisfy { $0.sizes.max == 4 })
  }

  @Test func findsEveryProblemOfAFileAtOnceAndInTheOrderOfItsLines() {
    let reading = read(
      """
      providers:
        - name: here
          driver: sampel
        - name: there
          driver: sample
          host: nowhere
      pools:
        - name: lab
          provider: hear
          sizes: { l1: 5, max: 4 }
          onLogout: maybe
        - name: lab
          provider: there
          service: { stepTime: 50, stesp: 1 }
          sizes: { max: 1 }
      """)
    #expect(
      reading.problems.map(\.description) == [
        "c.yaml:3: unknown driver `sampel`; did you mean sample? drivers: sample",
        "c.yaml:6: `host: nowhere` is not a host; write its name",
        "c.yaml:9: pool `lab` uses provider `hear`, which does not exist; "
          + "did you mean here? providers: here, there",
        "c.yaml:10: `l1: 5` is more than `max: 4`; lower l1 or raise max",
        "c.yaml:11: `onLogout: maybe` is not known; allowed: keep, remove",
        "c.yaml:12: pool `lab` is already defined on line 8; names must be unique",
        "c.yaml:14: `stepTime: 50` has no unit; write 50ms, 10s, 5m or 1h",
        "c.yaml:14: unknown key `stesp` in `service` of pool `lab` (driver sample); "
          + "did you mean `steps`?",
      ])
  }

  @Test func endsAMergeThatIsMadeToExplode() {
    let bomb = (1...40).map { "m\($0): &m\($0) { <<: [*m\($0 - 1), *m\($0 - 1)] }" }
    let reading = read("m0: &m0 { a: 1 }\n" + bomb.joined(separator: "\n") + "\npools: [*m40]")
    #expect(!reading.problems.isEmpty)
  }
}
