import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import SafeTexts
import Testing

@testable import DashboardScreen
@testable import TerminalCells

extension ScreenModel {
  /// Tells it of changes of the store.
  mutating func change(_ changes: StoreChange..., at time: EngineTime = Fixture.now) -> [Command] {
    update(
      .changes(StoreChanges(sequence: 8, isWhole: false, changes: changes)), at: time)
  }

  /// The deployment under the cursor of the pane in focus.
  var chosenName: String? { subjectDeployment?.name.text }
}

@Suite struct CursorTests {
  private static func deployment(_ id: Int64) -> Deployment {
    Fixture.deployments.first { $0.id == DeploymentID(id) }
      ?? Fixture.deployment(id, Fixture.win11, "none", .assigned("x"), .usable(nil))
  }

  @Test func movesWithinTheList() {
    var model = Fixture.model()
    _ = model.type("2")
    #expect(model.chosenName == "win11-0411")
    _ = model.type("j", .down, "k")
    #expect(model.chosenName == "win11-0412")
    _ = model.type("G")
    #expect(model.chosenName == "win11-0421")
    _ = model.type("j")
    #expect(model.chosenName == "win11-0421")
    _ = model.type("g", "k")
    #expect(model.chosenName == "win11-0411")
    _ = model.type(.pageDown)
    #expect(model.chosenName == "win11-0416")
  }

  @Test func staysOnItsDeploymentWhenTheListIsOrderedAnew() {
    var model = Fixture.model()
    _ = model.type("2", "j", "j")
    #expect(model.chosenName == "win11-0413")
    var other = Self.deployment(8)
    other.load(.error(Failed(.setReady, .permanent)))
    _ = model.change(.deployment(other))
    #expect(model.chosenName == "win11-0413")
    #expect(model.cursor(.l1).index == 3)
    #expect(model.id(at: 0, in: .l1) == DeploymentID(8))
  }

  @Test func staysAtItsPlaceWhenItsDeploymentIsGoneAndSaysSo() {
    var model = Fixture.model()
    _ = model.type("2", "j", "j")
    var gone = Self.deployment(3)
    gone.load(.removed)
    _ = model.change(.deployment(gone))
    #expect(model.chosenName == "win11-0414")
    #expect(model.cursor(.l1).index == 2)
    #expect(model.status?.text == "win11-0413 is gone: removed")
  }

  @Test func saysWhereADeploymentWent() {
    var model = Fixture.model()
    _ = model.type("2")
    var moved = Self.deployment(1)
    moved.placement = .assigned("mei")
    _ = model.change(.deployment(moved))
    #expect(model.status?.text == "win11-0411 has moved to another list: assigned to mei")
    moved = Self.deployment(2)
    moved.placement = .cache(.l2, reservedFor: nil)
    _ = model.change(.deployment(moved))
    #expect(model.status?.text == "win11-0412 has moved to another list: L2")
    _ = model.change(.erasedDeployment(DeploymentID(3)))
    #expect(model.status?.text == "win11-0413 is gone")
  }

  /// A key that was on its way to the row that has just gone does nothing to the row that came in
  /// its place.
  @Test func doesNothingToTheRowThatCameInstead() {
    var model = Fixture.model()
    _ = model.type("2")
    var gone = Self.deployment(1)
    gone.load(.removed)
    _ = model.change(.deployment(gone))
    let soon = Fixture.later(.milliseconds(900))
    #expect(model.type("m", at: soon).isEmpty)
    #expect(model.status?.text.text.contains("win11-0411 has just disappeared") == true)
    let later = Fixture.later(.milliseconds(2100))
    #expect(model.type("m", at: later).count == 1)
  }

  @Test func keepsTheRowsInSightWhileOthersComeAbove() {
    var model = Fixture.model(size: Size(width: 80, height: 20))
    _ = model.type("2", "G")
    let top = model.cursor(.l1).top
    let first = Fixture.deployment(
      90, Fixture.win11, "aaa", .cache(.l1, reservedFor: nil), .usable(nil))
    _ = model.change(.deployment(first))
    #expect(model.cursor(.l1).index == 10)
    #expect(model.cursor(.l1).top >= top)
    #expect(model.chosenName == "win11-0421")
  }

  @Test func chosenPoolRulesTheLists() {
    var model = Fixture.model()
    #expect(model.rows(.l1).count == 10)
    _ = model.type("j", "j")
    #expect(model.chosenPool?.name == "ubuntu-dev")
    #expect(model.rows(.l1).isEmpty)
    _ = model.type("k")
    #expect(model.rows(.assigned).count == 5)
    _ = model.change(.erasedPool(Fixture.win11))
    #expect(model.pool == nil)
  }

  @Test func goesFromErrorToErrorWhateverHidesThem() {
    var model = Fixture.model()
    var other = Self.deployment(12)
    other.load(.error(Failed(.destroy, .permanent)))
    _ = model.change(.deployment(other))
    _ = model.type("j", "j", "2", "/", "z", "z", .enter)
    #expect(model.rows(.l1).isEmpty)
    _ = model.type("!")
    #expect(model.chosenName == "win11-0371")
    #expect(model.focus == .assigned)
    #expect(model.filter.isEmpty)
    _ = model.type("!")
    #expect(model.chosenName == "win11-0392")
    #expect(model.focus == .l2)
    _ = model.type("!")
    #expect(model.chosenName == "win11-0371")
  }

  @Test func walksThroughPanesAndTabs() {
    var model = Fixture.model()
    _ = model.type(.tab, .tab, .tab, .tab)
    #expect(model.focus == .details)
    _ = model.type(.tab)
    #expect(model.focus == .pools)
    _ = model.type(.backTab, "l")
    #expect(model.tab == .log)
    _ = model.type("5")
    #expect(model.tab == .why)
    _ = model.type("h", "h", "h")
    #expect(model.tab == .why)
    _ = model.type("1", .enter)
    #expect(model.focus == .assigned)
    _ = model.type("2", "1", .enter)
    #expect(model.focus == .l2 || model.focus == .l1)
  }

  @Test func closesOneThingAtATimeAndNeverQuits() {
    var model = Fixture.model()
    _ = model.type("2", "/", "4", "1", .enter, " ", "z", "e")
    #expect(model.events != nil)
    _ = model.type(.escape)
    #expect(model.events == nil && model.isZoomed)
    _ = model.type(.escape)
    #expect(!model.isZoomed && !model.filter.isEmpty)
    _ = model.type(.escape)
    #expect(model.filter.isEmpty && !model.marks.isEmpty)
    _ = model.type(.escape)
    #expect(model.marks.isEmpty && model.focus == .l1)
    _ = model.type(.escape)
    #expect(model.focus == .pools)
    #expect(model.type(.escape, .escape).isEmpty)
  }

  @Test func freezesTheListsButNotTheStore() {
    var model = Fixture.model()
    _ = model.type("2", "p")
    var gone = Self.deployment(1)
    gone.load(.removed)
    gone.revision = 9
    _ = model.change(.deployment(gone))
    #expect(model.chosenName == "win11-0411")
    #expect(model.text(120, 36).contains("FROZEN since 10:41"))
    // What is acted on is what was seen; the engine refuses it, for it is another revision by now.
    let commands = model.type("r")
    guard case .send(let requests)? = commands.first else {
      Issue.record("nothing was sent")
      return
    }
    #expect(requests.first?.ifRevision == 1)
    _ = model.type("p")
    #expect(model.chosenName == "win11-0412")
  }

  @Test func sortsByAnotherColumn() {
    var model = Fixture.model()
    _ = model.type("4", "s", "u")
    #expect(
      model.deployments(in: .assigned, at: 0..<5).map { $0.placement.user?.text ?? "" }
        == ["ana", "luis", "mei", "tom", "zoë"])
    _ = model.type("S")
    #expect(model.deployments(in: .assigned, at: 0..<1).first?.placement.user == "zoë")
    #expect(model.index(of: DeploymentID(24), in: .assigned) == 0)
  }
}
