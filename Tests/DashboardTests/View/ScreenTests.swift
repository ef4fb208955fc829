import DeploymentEngine
import DeploymentInterface
import Testing

@testable import DashboardScreen
@testable import TerminalCells

/// Whole screens as text, in the folder `Golden`: what an operator sees, without colours.
@Suite struct ScreenTests {
  private func expect(
    _ model: ScreenModel, _ width: Int, _ height: Int, glyphs: Glyphs = .unicode, _ name: String,
    at location: SourceLocation = #_sourceLocation
  ) {
    Golden.expect(model.text(width, height, glyphs), name, at: location)
  }

  @Test func dimsHintsOfWhatWouldBeRefused() {
    var model = Fixture.model()
    func role(of label: String) -> Role? {
      let surface = model.view(Size(width: 120, height: 36), glyphs: .unicode)
      guard let line = surface.lines.last, let place = line.firstRange(of: label) else {
        return nil
      }
      let x = line.distance(from: line.startIndex, to: place.lowerBound)
      return surface[Point(x: x, y: 35)].role
    }
    #expect(role(of: "L1 more") == .textDim)
    #expect(role(of: "Help") == .hintText)
    _ = model.type("j")
    #expect(role(of: "L1 more") == .hintText)
  }

  @Test func showsAllPanesAt120x36() {
    var model = Fixture.model()
    _ = model.type("j", "4", "j", " ")
    expect(model, 120, 36, "all-panes-120x36")
  }

  @Test func showsAListAndItsDeploymentAt80x24() {
    var model = Fixture.model(size: Size(width: 80, height: 24))
    _ = model.type("j", "4", "j")
    expect(model, 80, 24, "list-and-deployment-80x24")
  }

  @Test func showsThePoolsAboveTheDetails() {
    var model = Fixture.model(size: Size(width: 80, height: 24))
    _ = model.type("j", "2", "G", .enter)
    expect(model, 80, 24, "pools-above-details-80x24")
  }

  /// Only a person can go on with it, so the first row says it, also in 80 columns.
  @Test func namesThePoolWhosePublicationWaitsForRoom() {
    var state = Fixture.state
    state.pools = [state.pools[0]]
    state.pools[0].plan.l1.waitsForRoom = true
    let model = Fixture.model(state, size: Size(width: 80, height: 24))
    #expect(model.text(80, 24, .unicode).contains("waits for room: \(state.pools[0].name)"))
  }

  @Test func saysWhy() {
    var model = Fixture.model(size: Size(width: 80, height: 24))
    _ = model.type("4", "5", "h")
    expect(model, 80, 24, "why-80x24")
  }

  @Test func asksBeforeItDestroys() {
    var model = Fixture.model(size: Size(width: 80, height: 24))
    _ = model.type("4", "j", "D", .enter)
    expect(model, 80, 24, "destroy-question-80x24")
  }

  @Test func drawsInASCII() {
    var model = Fixture.model(size: Size(width: 80, height: 24))
    _ = model.type("j", "2", "/", "4", "2", "0")
    expect(model, 80, 24, glyphs: .ascii, "ascii-80x24")
  }

  @Test func showsOnePaneAt60x15() {
    var model = Fixture.model(size: Size(width: 60, height: 15))
    _ = model.type("j", "4")
    expect(model, 60, 15, "one-pane-60x15")
  }

  @Test func showsSignNameAndStateAt40x10() {
    var model = Fixture.model(size: Size(width: 40, height: 10))
    _ = model.type("j", "2", "G")
    expect(model, 40, 10, "narrow-40x10")
  }

  @Test func showsTheStateOfAffairsInOneLineBelowThat() {
    let model = Fixture.model(size: Size(width: 20, height: 5))
    expect(model, 20, 5, "one-line-20x5")
    #expect(model.text(1, 1) == "")
  }

  @Test func saysWhatIsMissing() {
    var model = ScreenModel(settings: Fixture.settings, now: Fixture.now)
    expect(model, 72, 20, "reading-the-store-72x20")
    _ = model.update(
      .snapshot(StoreSnapshot(sequence: 1, storeID: "x", state: StoredState(), now: Fixture.utc)),
      at: Fixture.now)
    _ = model.update(.presence(.none, isHere: false), at: Fixture.now)
    let text = model.text(72, 20)
    #expect(text.contains("✖ no engine running") && text.contains("no pool is configured"))
  }
}
