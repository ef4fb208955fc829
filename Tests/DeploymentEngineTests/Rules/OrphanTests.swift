import DeploymentEngine
import DeploymentInterface
import SafeTexts
import Testing

/// What exists outside with the store's mark and without a record.
@Suite struct OrphanTests {
  typealias Site = ListedSite

  /// Three deployments were made, and the third is history: `d1` and `d2` have records.
  private static func site(
    rule: OrphanRule = OrphanRule(), limits: ProviderLimits = ProviderLimits()
  ) -> Site {
    let site = Site(l1: 2, rule: rule, limits: limits)
    site.ask(.destroy(DeploymentID(2)))
    return site
  }

  private static let removing = OrphanRule(removes: true, grace: .hours(1), most: 3)

  @Test func whatHasNoRecordIsShownWhenItWasSeenTwice() {
    let site = Self.site()
    site.things = [Site.machine(1, name: "lab-000"), Site.machine(2)]
    site.pass(.seconds(3))
    #expect(site.listings == 1 && site.shown.isEmpty && site.list.all.count == 1)
    site.pass(.seconds(10))
    #expect(site.listings == 2 && site.shown == ["lab-92"])
    #expect(site.list.confirmed.map(\.cause) == [.saidGone])
    #expect(site.journal.count { $0.message.text.hasPrefix("domain lab-92 exists on here:") } == 1)
    site.pass(.hours(1))
    #expect(site.listings == 74)
  }

  @Test func whatGoesAwayIsShownNoLonger() {
    let site = Self.site()
    site.things = [Site.machine(2)]
    site.pass(.minutes(1))
    #expect(site.shown == ["lab-92"])
    site.things = []
    site.pass(.minutes(6))
    #expect(site.list.all.isEmpty)
  }

  @Test func aPublicationWithoutARecordIsOne() {
    let site = Self.site()
    site.things = [
      ExternalResource(kind: "volume", name: "lab-r1.img", purpose: .publication("lab-r1"))
    ]
    site.pass(.minutes(1))
    #expect(site.list.confirmed.map(\.cause) == [.noRecord])
  }

  @Test func withoutARuleNothingIsEverRemoved() {
    let site = Self.site()
    site.things = [Site.machine(2)]
    site.pass(.hours(24 * 30))
    #expect(site.removed.isEmpty && site.shown == ["lab-92"])
  }

  @Test func theRuleWaitsForItsGraceTimeAndThenRemoves() {
    let site = Self.site(rule: Self.removing)
    site.things = [Site.machine(2)]
    site.pass(.minutes(59))
    #expect(site.removed.isEmpty)
    site.pass(.minutes(10))
    #expect(site.removed == ["lab-92"] && site.list.all.isEmpty)
    #expect(
      site.journal.contains {
        $0.actor == "the rule" && $0.message.text.contains("was removed from here")
      })
  }

  @Test func theGraceTimeGoesOnThroughARestart() {
    let first = Self.site(rule: Self.removing)
    first.things = [Site.machine(2)]
    first.pass(.minutes(40))
    let second = Site(l1: 2, rule: Self.removing, loading: first.stored)
    second.things = first.things
    second.pass(.minutes(10))
    #expect(second.removed.isEmpty)
    second.pass(.minutes(61))
    #expect(second.removed == ["lab-92"])
  }

  @Test func oneSightingIsNeverEnough() {
    let site = Self.site(rule: OrphanRule(removes: true, grace: .milliseconds(1), most: 3))
    site.things = [Site.machine(2)]
    site.pass(.seconds(9))
    #expect(site.listings == 1 && site.removed.isEmpty)
    site.pass(.seconds(9))
    #expect(site.removed == ["lab-92"])
  }

  @Test func moreThanTheRuleMayRemoveIsLeftToAPerson() {
    let site = Self.site(rule: Self.removing)
    site.things = (0..<4).map { Site.machine(2, name: "lab-8\($0)") }
    site.pass(.hours(48))
    #expect(site.removed.isEmpty && site.shown.count == 4)
    #expect(site.list.problem?.text.contains("there are 4 orphans") == true)
    site.things.removeLast()
    site.pass(.minutes(30))
    #expect(site.removed.count == 3)
  }

  @Test func anOldCopyOfTheStoreRemovesNothing() {
    let site = Self.site(rule: Self.removing)
    // `d50` is not made yet: whoever made it went on from where this store is.
    site.things = [Site.machine(2), Site.machine(50)]
    site.pass(.hours(48))
    #expect(site.removed.isEmpty && site.shown.count == 2)
    #expect(site.list.problem?.text.contains("it is an old copy") == true)
    #expect(isRefused(site.remove("lab-950"), .notPermitted))
    #expect(isRefused(site.adopt("lab-950", for: "ann"), .notPermitted))
  }

  @Test func anEmptyStoreRemovesNothing() {
    let site = Site(l1: 0, rule: Self.removing)
    site.things = [Site.machine(1), Site.machine(2)]
    site.pass(.hours(48))
    #expect(site.removed.isEmpty)
    #expect(Set(site.list.all.map(\.cause)) == [.laterState])
  }

  @Test func aPersonsWordRemovesOneAtOnce() {
    let site = Self.site()
    site.things = [Site.machine(2), Site.machine(2, name: "lab-77")]
    #expect(isRefused(site.remove("lab-77"), .notFound))
    site.pass(.minutes(1))
    #expect(isRefused(site.remove("lab-78"), .notFound))
    #expect(!isRefused(site.remove("lab-77")))
    site.pass(.zero)
    #expect(site.removed == ["lab-77"] && site.shown == ["lab-92"])
  }

  @Test func aRemovalThatFailsIsSaidAndKept() {
    let site = Self.site()
    site.things = [Site.machine(2)]
    site.pass(.minutes(1))
    site.problem = "the disk is in use"
    _ = site.remove("lab-92")
    site.pass(.zero)
    #expect(site.list.all.map(\.removal) == [.failed("the disk is in use")])
    site.pass(.minutes(10))
    #expect(site.list.problem == "cannot list the resources: the disk is in use")
    #expect(site.shown == ["lab-92"])
  }

  @Test func aProviderThatSaysNothingIsAskedAgainAndItsLateAnswerIgnored() {
    let site = Self.site()
    site.isSilent = true
    site.things = [Site.machine(2)]
    site.pass(.minutes(4))
    #expect(site.list.problem?.text.contains("no answer within 3 min") == true)
    site.tell(.inventoried(CallID(2), .things(site.things)))
    #expect(site.list.all.isEmpty)
    site.isSilent = false
    site.pass(.minutes(10))
    #expect(site.shown == ["lab-92"])
  }

  @Test func whatHasNoRecordTakesAPlaceOnTheProvider() {
    let site = Site(l1: 0, max: 4, limits: ProviderLimits(deployments: 2))
    site.ask(.resize("lab", SizeOverrides(l1: 2)))
    site.ask(.forget(DeploymentID(2)))
    site.ask(.resize("lab", SizeOverrides(l1: 1)))
    site.things = [Site.machine(2)]
    site.pass(.minutes(1))
    site.ask(.resize("lab", SizeOverrides(l1: 2)))
    site.pass(.minutes(1))
    #expect(site.engine.providers.first?.places == 2)
    #expect(
      site.engine.pool(named: "lab")?.now.text.contains("1 of them orphans") == true)
  }

  @Test func aProviderThatListsNoLongerHasNone() {
    let first = Self.site()
    first.things = [Site.machine(2, name: "lab-001")]
    first.pass(.minutes(1))
    let second = Site(l1: 2, loading: first.stored, lists: false)
    #expect(second.list == OrphanList())
    second.ask(.resize("lab", SizeOverrides(l1: 3)))
    #expect(second.names.contains("lab-001"))
  }

  // MARK: Names

  @Test func itsNameIsGivenToNobodyElse() {
    let site = Self.site()
    // The next name would be lab-001.
    site.things = [Site.machine(2, name: "lab-001")]
    site.pass(.seconds(3))
    site.ask(.resize("lab", SizeOverrides(l1: 3)))
    #expect(site.names == ["lab-000", "lab-002", "lab-003"])
    let other = Site(l1: 3, loading: site.stored)
    other.ask(.resize("lab", SizeOverrides(l1: 4)))
    #expect(other.names == ["lab-000", "lab-002", "lab-003", "lab-004"])
    // There it is gone, so its name is free.
    other.pass(.minutes(1))
    other.ask(.resize("lab", SizeOverrides(l1: 3)))
    other.ask(.resize("lab", SizeOverrides(l1: 4)))
    #expect(other.names.contains("lab-001"))
  }

  @Test func whatIsForgottenKeepsItsNameUntilItIsKnownToBeGone() {
    let site = Site(l1: 1)
    (site.failing, site.failingNumber) = (.setReady, 1)
    site.ask(.assignFromPool("lab", user: "bob"))
    site.things = [Site.machine(1, name: "lab-000")]
    site.ask(.forget(DeploymentID(1)))
    #expect(site.names == ["lab-001", "lab-002"])
    site.pass(.minutes(1))
    #expect(site.shown == ["lab-000"])
    site.failing = nil
    #expect(!isRefused(site.adopt("lab-000", for: "zoe")))
    #expect(site.names == ["lab-000", "lab-001", "lab-002"])
  }

  // MARK: Adopting

  @Test func anAdoptedOneIsItsUsersAndNobodyElses() throws {
    let site = Self.site()
    site.things = [Site.machine(2)]
    site.pass(.minutes(1))
    let before = site.calls.count
    #expect(!isRefused(site.adopt("lab-92", for: "bob")))
    let adopted = try #require(site.engine.deployment(DeploymentID(2)))
    #expect(adopted.placement.holder == "bob" && adopted.isLetIn)
    #expect(adopted.identity == Identity(name: "lab-92"))
    #expect(site.calls.dropFirst(before).map(\.task) == [.start(.setReady)])
    #expect(site.calls.last?.notices == [.assignToUser("bob")])
    #expect(site.list.all.isEmpty)
    #expect(isRefused(site.adopt("lab-92", for: "eve"), .notFound))
    site.pass(.hours(1))
    #expect(site.shown.isEmpty && site.engine.deployment(DeploymentID(2)) != nil)
  }

  @Test func oneWhoseRecordIsErasedFindsThePoolThatMakesSuchNames() {
    let site = Self.site()
    site.pass(.hours(24 * 30))
    #expect(site.engine.deployment(DeploymentID(2)) == nil)
    site.things = [Site.machine(2, name: "lab-700"), Site.machine(2, name: "other-1")]
    site.pass(.minutes(10))
    #expect(isRefused(site.adopt("other-1", for: "bob"), .notPermitted))
    #expect(!isRefused(site.adopt("lab-700", for: "bob")))
    #expect(site.engine.deployment(DeploymentID(2))?.placement.holder == "bob")
  }

  @Test func whatCannotBeAdoptedIsRefusedAndStaysAsItIs() {
    let site = Site(l1: 2, max: 3)
    site.ask(.destroy(DeploymentID(2)))
    let part = ExternalResource(
      kind: "domain", name: "disk", purpose: .deployment(DeploymentID(2)))
    site.things = [Site.machine(2, name: "lab-000"), Site.machine(2), part]
    site.pass(.minutes(1))
    // The name is another's, it is only a part, the user has no name, or holds one already.
    #expect(isRefused(site.adopt("lab-000", for: "bob"), .notPermitted))
    #expect(isRefused(site.adopt("disk", for: "bob"), .notPermitted))
    #expect(isRefused(site.adopt("lab-92", for: ""), .invalid))
    site.ask(.assignFromPool("lab", user: "bob"))
    #expect(isRefused(site.adopt("lab-92", for: "bob"), .notPermitted))
    site.ask(.assignFromPool("lab", user: "eve"))
    // By now the pool is full.
    #expect(isRefused(site.adopt("lab-92", for: "zoe"), .notPermitted))
    #expect(site.shown.count == 3)
  }
}

private func isRefused(_ reply: Reply?, _ kind: Refusal.Kind? = nil) -> Bool {
  guard case .refused(let refusal) = reply else { return false }
  return kind == nil || refusal.kind == kind
}
