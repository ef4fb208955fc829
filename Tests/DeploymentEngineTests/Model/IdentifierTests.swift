import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

@Suite struct IdentifierTests {
  static let addresses: [(String, UInt64)] = [
    ("00:00:00:00:00:00", 0),
    ("52:54:00:00:00:01", 0x5254_0000_0001),
    ("ff:ff:ff:ff:ff:ff", 0xffff_ffff_ffff),
  ]

  @Test(arguments: addresses)
  func readsAndWritesAddresses(text: String, number: UInt64) {
    #expect(MACAddress(parsing: text)?.number == number)
    #expect(MACAddress(number).description == text)
  }

  @Test func readsAddressesInCapitals() {
    #expect(MACAddress(parsing: "AB:cd:EF:00:00:01")?.description == "ab:cd:ef:00:00:01")
  }

  @Test(arguments: [
    "", ":", "52:54:00:00:00", "52:54:00:00:00:01:02", "52-54-00-00-00-01", "5:54:00:00:00:01",
    "052:54:00:00:00:01", "52:54:00:00:00:0g", "52:54:00:00:00:", "+1:54:00:00:00:01",
    "-1:54:00:00:00:01", " 1:54:00:00:00:01", "52:54:00:00::01",
  ])
  func refusesWhatIsNoAddress(text: String) {
    #expect(MACAddress(parsing: text) == nil)
  }

  @Test func addressesHaveFortyEightBits() {
    #expect(MACAddress(0xffff_0000_0000_0001).number == 1)
  }

  @Test func aRangeIsNotUpsideDown() {
    #expect(MACRange(first: MACAddress(2), last: MACAddress(1)) == nil)
    #expect(MACRange(first: MACAddress(2), last: MACAddress(2)) != nil)
  }

  @Test func readsAndWritesDeployments() {
    #expect(DeploymentID(parsing: "d17") == DeploymentID(17))
    #expect(DeploymentID(17).description == "d17")
  }

  @Test(arguments: [
    "", "d", "17", "d0", "d-1", "d+5", "D17", "d1x", "d 1", "d99999999999999999999",
  ])
  func refusesWhatIsNoDeployment(text: String) {
    #expect(DeploymentID(parsing: text) == nil)
  }
}

@Suite struct SizesTests {
  let configured = Sizes(initial: 1, l1: 2, l2: 3, max: 4)

  @Test func overridesReplaceOnlyWhatTheyName() {
    let overrides = SizeOverrides(l1: 9, max: 0)
    #expect(overrides.applied(to: configured) == Sizes(initial: 1, l1: 9, l2: 3, max: 0))
    #expect(SizeOverrides().applied(to: configured) == configured)
    #expect(SizeOverrides().isEmpty && !overrides.isEmpty)
  }

  @Test func laterOverridesWin() {
    let merged = SizeOverrides(initial: 1, l1: 2).merged(with: SizeOverrides(l1: 5, l2: 6))
    #expect(merged == SizeOverrides(initial: 1, l1: 5, l2: 6))
  }
}

@Suite struct DeploymentTests {
  private func deployment(_ placement: Placement, _ phase: Phase, _ guest: GuestState) -> Deployment
  {
    Deployment(
      id: DeploymentID(1), pool: PoolID(1), identity: Identity(name: "lab-001"),
      placement: placement, phase: phase, guest: guest, publication: nil, because: "a test",
      at: Timestamp(milliseconds: 0))
  }

  @Test func isReadyWhenUsableInBoth() {
    let cached = Placement.cache(.l1, reservedFor: nil)
    #expect(deployment(cached, .usable(nil), .ready()).isReady)
    #expect(!deployment(cached, .usable(nil), .silent).isReady)
    #expect(deployment(cached, .usable(nil), .silent).isWaitingForOS)
    #expect(!deployment(cached, .removable, .ready()).isReady)
  }

  @Test func nobodyIsLetInWithoutAnAddressOrBeforeItWasMadeReady() {
    var held = deployment(.assigned("ann"), .usable(nil), .ready())
    #expect(held.admission == .wanted && !held.wasLetIn)
    held.ip = "10.0.0.1"
    #expect(!held.isLetIn)
    held.placement = .assigned("ann", .granted)
    #expect(held.isLetIn)
    held.ip = ""
    #expect(!held.isLetIn)
    held.ip = nil
    #expect(!held.isLetIn)
  }

  @Test func isCalledWhatItsDriverCallsItElseByTheNameItWasGiven() {
    var one = deployment(.cache(.l2, reservedFor: nil), .removable, .ready())
    #expect(one.name == "lab-001")
    one.driverName = "Anna's desk"
    #expect(one.name == "Anna's desk")
  }

  @Test func inErrorTheOperationIsTheFailedOne() {
    let failed = deployment(
      .cache(.l1, reservedFor: nil), .error(Failed(.setReady, .permanent)), .ready())
    #expect(failed.operation == .setReady)
  }
}
