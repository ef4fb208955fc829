import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import SafeTexts
import Testing

@testable import DashboardScreen
@testable import TerminalCells

/// What exists without a record, on the screen.
@Suite struct OrphansTests {
  private static func orphan(
    _ name: SafeText, _ cause: Orphan.Cause = .noRecord, isWhole: Bool = true, sightings: Int = 2
  ) -> Orphan {
    let thing = ExternalResource(
      kind: "domain", name: name, purpose: .deployment(DeploymentID(7)),
      identity: isWhole ? Identity(name: name.text) : nil)
    var orphan = Orphan(
      thing, cause, grace: Fixture.now.deadline(in: .hours(3)), at: Fixture.utc)
    orphan.sightings = sightings
    return orphan
  }

  private static func model(
    _ orphans: [Orphan], rule: OrphanRule = OrphanRule(),
    size: Size = Size(width: 120, height: 36), problem: SafeText? = nil, wasListed: Bool = true
  ) -> ScreenModel {
    var state = Fixture.state
    state.configuration.providers = [
      ProviderConfiguration(name: "here", driver: "libvirt", orphans: rule)
    ]
    state.providers[0].orphans.all = orphans
    state.providers[0].orphans.listedAt = wasListed ? Fixture.utc : nil
    state.providers[0].orphans.problem = problem
    return Fixture.model(state, size: size)
  }

  private static func name(_ name: SafeText) -> OrphanName {
    OrphanName(provider: "here", kind: "domain", name: name)
  }

  @Test func areCountedInTheHeaderFromTheSecondSightingOn() {
    let two = Self.model([Self.orphan("lab-1"), Self.orphan("lab-2", sightings: 1)])
    #expect(two.text(160, 36).contains("1 orphan "))
    #expect(!Self.model([]).text(160, 36).contains("orphan"))
  }

  @Test func areListedWithWhatIsKnownOfThem() {
    var model = Self.model(
      [Self.orphan("lab-1"), Self.orphan("lab-2", .saidGone)], rule: OrphanRule(removes: true))
    _ = model.type("o")
    let text = model.text(120, 36)
    #expect(text.contains("2 orphans"))
    #expect(text.contains("domain lab-1  on here, d7, since 10:41: removed in 3 h"))
    #expect(text.contains("its record says that it was removed"))
  }

  @Test func oneIsRemovedAfterAQuestion() {
    var model = Self.model([Self.orphan("lab-1")])
    #expect(model.type("o", .enter, .enter).requests.isEmpty)
    #expect(model.text(120, 36).contains("Remove the domain lab-1 from here"))
    #expect(model.type("n").requests.isEmpty)
    let verbs = model.type("o", .enter, .enter, "y").requests.map(\.verb)
    #expect(verbs == [.removeOrphan(Self.name("lab-1"))])
    #expect(model.status?.text == "sent: Remove orphan lab-1")
  }

  @Test func oneIsGivenBackToAUser() {
    var model = Self.model([Self.orphan("lab-1")])
    _ = model.type("o", .enter, .down, .enter)
    #expect(model.text(120, 36).contains("Make the domain lab-1 a deployment again"))
    #expect(model.text(120, 36).contains("Enter adopt orphan"))
    let verbs = model.type("a", "n", "a", .enter).requests.map(\.verb)
    #expect(verbs == [.adopt(Self.name("lab-1"), user: "ana")])
  }

  @Test func whatCannotBeDoneSaysWhy() {
    var part = Self.model([Self.orphan("disk", isWhole: false)])
    _ = part.type("o", .enter)
    #expect(part.text(120, 36).contains("it is only a part of a deployment"))
    #expect(part.type(.down, .enter).requests.isEmpty)

    var old = Self.model([Self.orphan("lab-1", .laterState)])
    _ = old.type("o", .enter)
    #expect(old.text(120, 36).contains("this store is an old copy"))
    #expect(old.type(.enter).requests.isEmpty)
  }

  @Test func whereThereAreNoneItIsSaidWhy() {
    let rows: [(ScreenModel, SafeText)] = [
      (Self.model([]), "no orphans on here"),
      (
        Self.model([], problem: "cannot list the resources: no route"),
        "here: cannot list the resources: no route"
      ),
      (
        Self.model([], wasListed: false),
        "no provider can list its resources, or none has been asked yet"
      ),
    ]
    for (start, said) in rows {
      var model = start
      _ = model.type("o")
      #expect(model.status?.text == said && model.modal == nil)
    }
  }

  @Test func fitsASmallScreen() {
    for (width, height) in [(80, 24), (40, 10)] {
      var model = Self.model(
        [Self.orphan("lab-1")], size: Size(width: width, height: height))
      _ = model.type("o")
      #expect(model.text(width, height).contains("domain lab-1"))
    }
  }
}
