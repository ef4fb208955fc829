import DeploymentEngine
import DeploymentInterface
import SafeTexts
import Testing

/// What must not happen to what has no record, nor because of it.
@Suite struct OrphanDangerTests {
  typealias Site = ListedSite

  /// Three deployments were made, and the second is history: `d1` is `lab-000`, `d3` is `lab-002`.
  private static func site(
    rule: OrphanRule = OrphanRule(), max: Int = 6, lists things: [ExternalResource] = []
  ) -> Site {
    let site = Site(l1: 2, max: max, rule: rule)
    site.ask(.destroy(DeploymentID(2)))
    site.things = things
    site.pass(.minutes(1))
    return site
  }

  private static let removing = OrphanRule(removes: true, grace: .hours(1), most: 3)

  private static func machine(_ name: String, mac: UInt64) -> ExternalResource {
    ExternalResource(
      kind: "domain", name: SafeText(name), purpose: .deployment(DeploymentID(2)),
      identity: Identity(name: name, mac: MACAddress(mac)))
  }

  // MARK: Names

  @Test func aNameThatItsHolderGivesBackStaysThatOfWhatHasNoRecord() {
    let site = Self.site(lists: [Site.machine(2, name: "lab-000")])
    #expect(site.shown == ["lab-000"] && site.names.contains("lab-000"))
    site.ask(.destroy(DeploymentID(1)))
    #expect(site.names.count == 2 && !site.names.contains("lab-000"))
    site.things = []
    site.pass(.minutes(6))
    site.ask(.resize("lab", SizeOverrides(l1: 4)))
    #expect(site.names.contains("lab-000"))
  }

  @Test func whatSharesAnAddressHasItsNameForItselfToo() {
    let site = Self.site(lists: [
      Self.machine("lab-001", mac: 1), Self.machine("lab-900", mac: 1),
    ])
    site.ask(.resize("lab", SizeOverrides(l1: 3)))
    #expect(site.names == ["lab-000", "lab-002", "lab-003"])
  }

  @Test func whatACallMadeAfterItsRecordWasGivenUpKeepsItsNameUntilItIsListed() {
    let site = Site(l1: 1, max: 6)
    site.holding = .setReady
    site.ask(.assignFromPool("lab", user: "bob"))
    site.pass(.minutes(62))
    site.ask(.forget(DeploymentID(1)))
    #expect(!site.names.contains("lab-000"))
    site.pass(.minutes(10))
    site.answerHeld()
    site.ask(.resize("lab", SizeOverrides(l1: 4)))
    #expect(!site.names.contains("lab-000"))
    // By now it was listed once more, and is not there.
    site.pass(.minutes(1))
    site.ask(.resize("lab", SizeOverrides(l1: 5)))
    #expect(site.names.contains("lab-000"))
  }

  @Test func aListingThatBeganBeforeSaysNothingOfWhatIsForgottenSince() {
    let site = Site(l1: 1, max: 6)
    (site.failing, site.failingNumber) = (.setReady, 1)
    site.ask(.assignFromPool("lab", user: "bob"))
    site.holdsInventories = true
    site.pass(.seconds(3))
    site.ask(.forget(DeploymentID(1)))
    site.answerInventory()
    site.ask(.resize("lab", SizeOverrides(l1: 3)))
    #expect(site.names.count == 4 && !site.names.contains("lab-000"))
    site.pass(.seconds(11))
    site.answerInventory()
    site.ask(.resize("lab", SizeOverrides(l1: 4)))
    #expect(site.names.contains("lab-000"))
  }

  @Test func whatIsForgottenKeepsItsNameAlsoWhenItsPoolLeavesWithIt() {
    let site = Site(l1: 0)
    (site.failing, site.failingNumber) = (.setReady, 1)
    site.ask(.assignFromPool("lab", user: "bob"))
    site.pass(.minutes(1))
    site.ask(.release(DeploymentID(2)))
    site.reconfigure {
      $0.providers.append(ProviderConfiguration(name: "there", driver: "x"))
      $0.pools[0].provider = "there"
      $0.pools[0].sizes = Sizes(l1: 1, max: 4)
    }
    site.ask(.forget(DeploymentID(1)))
    #expect(site.engine.pool(named: "lab")?.provider == "there")
    #expect(site.names == ["lab-001"])
  }

  @Test func aPublicationIsNotNamedLikeOneThatWasLeftBehind() {
    let site = Site(l1: 0, publishes: true)
    site.things = [
      ExternalResource(kind: "volume", name: "lab-r1.img", purpose: .publication("lab-r1"))
    ]
    site.pass(.minutes(1))
    site.ask(.publish("lab"))
    #expect(site.engine.publications.map(\.name) == ["lab-r2"])
    #expect(site.shown == ["lab-r1.img"])
  }

  // MARK: Removing

  @Test func aRuleThatIsTakenBackRemovesNothingMore() {
    let site = Self.site(rule: Self.removing, lists: [Site.machine(2), Site.machine(2, name: "x")])
    site.pass(.minutes(57))
    site.holdsInventories = true
    site.pass(.minutes(5))
    site.answerInventory()
    site.pass(.zero)
    site.reconfigure { $0.providers[0].orphans.removes = false }
    site.answerInventory()
    site.holdsInventories = false
    site.pass(.hours(24))
    #expect(site.removed == ["lab-92"] && site.shown == ["x"])
    #expect(site.list.all.map(\.removal) == [.none])
  }

  @Test func nothingIsRemovedBeforeARunHasSeenWhatExists() {
    let first = Self.site(lists: [Site.machine(2)])
    first.holdsInventories = true
    _ = first.remove("lab-92")
    let second = Site(l1: 2, loading: first.stored)
    // Somebody has put a later state of the store back meanwhile: an old copy would not know.
    second.things = [Site.machine(2), Site.machine(70)]
    second.pass(.seconds(1))
    #expect(second.inventories.isEmpty)
    second.pass(.seconds(2))
    #expect(second.listings == 1 && second.removed == ["lab-92"])
  }

  @Test func whatACallMayStillMakeIsRemovedByNoRule() {
    let rule = OrphanRule(removes: true, grace: .milliseconds(1), most: 3)
    let site = Site(l1: 0, rule: rule)
    site.holding = .setReady
    site.ask(.assignFromPool("lab", user: "bob"))
    site.things = [Site.machine(1, name: "lab-000")]
    site.pass(.minutes(62))
    site.ask(.forget(DeploymentID(1)))
    site.pass(.seconds(20))
    #expect(site.shown == ["lab-000"] && site.removed.isEmpty)
    #expect(isRefused(site.adopt("lab-000", for: "bob")))
    site.answerHeld()
    site.pass(.minutes(6))
    #expect(site.removed == ["lab-000"])
  }

  @Test func aRemovalThatWaitedForTheStoreHasItsWholeTime() throws {
    let site = Self.site(lists: [Site.machine(2)])
    site.holdsInventories = true
    _ = site.remove("lab-92")
    site.pass(.zero)
    let call = try #require(site.inventories.last)
    var waited = Effects()
    waited.inventories = [call]
    var engine = site.engine
    engine.made(waited, at: site.now + .minutes(10))
    _ = engine.step(.tick, at: site.now + .minutes(11))
    #expect(engine.providers.first?.orphans.all.map(\.removal) == [.asked(by: "ann")])
    _ = engine.step(.tick, at: site.now + .minutes(13))
    #expect(engine.providers.first?.orphans.all.map(\.removal) != [.asked(by: "ann")])
  }

  @Test func anAnswerIsNotLookedAtOnceNobodyCanSayWhatExists() {
    let site = Self.site(lists: [Site.machine(2)])
    site.holdsInventories = true
    site.pass(.minutes(6))
    site.unlisted = ["here"]
    site.reconfigure { _ in }
    #expect(site.shown.isEmpty)
    site.unlisted = []
    site.reconfigure { _ in }
    site.answerInventory()
    #expect(site.list.all.isEmpty)
    site.pass(.seconds(3))
    site.answerInventory()
    #expect(site.list.all.map(\.thing.name) == ["lab-92"])
  }

  // MARK: Adopting

  /// What was made for `d2` is said to exist on two providers.
  private static func twoProviders() -> Site {
    let site = Self.site(lists: [Site.machine(2)])
    site.others = [Site.machine(2, name: "copy")]
    site.reconfigure { $0.providers.append(ProviderConfiguration(name: "there", driver: "x")) }
    site.pass(.minutes(1))
    return site
  }

  @Test func whatIsAdoptedIsNoOrphanOnAnyProvider() {
    let site = Self.twoProviders()
    #expect(site.engine.providers.map(\.orphans.all.count) == [1, 1])
    #expect(!isRefused(site.adopt("lab-92", for: "bob")))
    #expect(site.engine.providers.map(\.orphans.all.count) == [0, 0])
    #expect(isRefused(site.remove("copy", on: "there")))
    site.pass(.minutes(20))
    #expect(site.engine.providers.map(\.orphans.all.count) == [0, 0] && site.removed.isEmpty)
  }

  @Test func nobodyAdoptsWhatIsBeingRemovedElsewhere() {
    let site = Self.twoProviders()
    site.holdsInventories = true
    #expect(!isRefused(site.remove("copy", on: "there")))
    #expect(isRefused(site.adopt("lab-92", for: "bob")))
    site.pass(.minutes(4))
    // It is given up by now, and may still be carried out.
    #expect(isRefused(site.adopt("lab-92", for: "bob")))
  }

  @Test func aRemovalThatWasOutWhenNothingCouldBeListedMayStillBeCarriedOut() {
    let site = Self.site(lists: [Site.machine(2), Site.machine(2, name: "lab-77")])
    site.holdsInventories = true
    _ = site.remove("lab-92")
    site.pass(.zero)
    site.holdsInventories = false
    site.unlisted = ["here"]
    site.reconfigure { _ in }
    site.unlisted = []
    site.reconfigure { _ in }
    site.pass(.minutes(1))
    #expect(site.shown == ["lab-77", "lab-92"])
    #expect(isRefused(site.adopt("lab-77", for: "bob")))
  }

  @Test func nobodyAdoptsWhatIsStillBeingRemoved() {
    let site = Self.site(lists: [Site.machine(2)])
    site.holdsInventories = true
    _ = site.remove("lab-92")
    site.pass(.minutes(4))
    guard case .failed? = site.list.all.first?.removal else {
      Issue.record("it is not given up")
      return
    }
    #expect(isRefused(site.adopt("lab-92", for: "bob")))
  }

  @Test func nobodyAdoptsWhatIsBeingRemovedInPart() {
    let site = Self.site(lists: [Site.machine(2), Site.machine(2, name: "lab-77")])
    site.holdsInventories = true
    _ = site.remove("lab-92")
    #expect(isRefused(site.adopt("lab-77", for: "bob")))
    site.pass(.zero)
    site.answerInventory()
    #expect(!isRefused(site.adopt("lab-77", for: "bob")))
  }

  @Test func whoAdoptsWaitsForNothingMore() {
    let site = Site(l1: 1, max: 6, limits: ProviderLimits(preparing: 1))
    site.ask(.resize("lab", SizeOverrides(l1: 0)))
    site.things = [Site.machine(1)]
    site.pass(.minutes(1))
    site.holding = .deployForCache(.l1)
    site.ask(.assignFromPool("lab", user: "eve"))
    site.ask(.assignFromPool("lab", user: "bob"))
    #expect(site.engine.waiters.map(\.user) == ["bob"])
    #expect(!isRefused(site.adopt("lab-91", for: "bob")))
    #expect(site.engine.waiters.isEmpty)
  }

  @Test func anAdoptedOneGoesOnFromTheRevisionOfItsHistory() throws {
    let site = Self.site(lists: [Site.machine(2)])
    let before = try #require(site.engine.deployment(DeploymentID(2))?.revision)
    #expect(!isRefused(site.adopt("lab-92", for: "bob")))
    let after = try #require(site.engine.deployment(DeploymentID(2)))
    #expect(after.revision > before && after.placement.holder == "bob")
  }
}

private func isRefused(_ reply: Reply?) -> Bool {
  guard case .refused = reply else { return false }
  return true
}

private func + (time: EngineTime, span: TimeSpan) -> EngineTime {
  EngineTime(moment: time.moment + span, utc: time.utc + span)
}
