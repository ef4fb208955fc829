import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import SafeTexts
import TestSupport
import Testing

@testable import DashboardScreen
@testable import TerminalCells

@Suite struct LogTests {
  private static func entry(
    _ number: Int64, _ message: SafeText, deployment: Int64? = 20, pool: PoolID? = Fixture.win11
  ) -> NumberedEntry {
    NumberedEntry(
      sequence: number,
      entry: JournalEntry(
        at: Fixture.utc, kind: .state, pool: pool, deployment: deployment.map { DeploymentID($0) },
        message: message))
  }

  private static func entries(_ range: ClosedRange<Int64>) -> [NumberedEntry] {
    range.map { entry($0, "event \($0)") }
  }

  @Test func asksForTheEndFirstAndThenForWhatWasAdded() {
    var model = Fixture.model()
    #expect(model.type("4", "5", "l") == [.loadJournal(DeploymentID(21), after: nil)])
    _ = model.update(.journal(DeploymentID(21), Self.entries(1...3)), at: Fixture.now)
    #expect(model.change() == [.loadJournal(DeploymentID(21), after: 3)])
    // Another deployment: another log, and answers for the old one are not shown.
    #expect(model.type("4", "j") == [.loadJournal(DeploymentID(20), after: nil)])
    _ = model.update(.journal(DeploymentID(21), Self.entries(4...5)), at: Fixture.now)
    #expect(model.log?.entries.isEmpty == true)
    #expect(model.type("l").isEmpty)
    #expect(model.change().isEmpty)
  }

  @Test func anEarlierStateHasNoLaterEvents() {
    var model = Fixture.model()
    _ = model.type("e")
    _ = model.update(.journal(nil, Self.entries(1...3)), at: Fixture.now)
    let earlier = StoreSnapshot(
      sequence: 3, storeID: "x", state: Fixture.state, now: Fixture.utc)
    #expect(model.update(.snapshot(earlier), at: Fixture.now) == [.loadJournal(nil, after: nil)])
    #expect(model.events?.entries.isEmpty == true)
  }

  @Test func keepsABoundedRing() {
    var view = LogView(scope: nil)
    view.append(Self.entries(1...3000))
    view.append(Self.entries(2990...3001))
    #expect(view.entries.count == LogView.limit)
    #expect(view.entries.last?.sequence == 3001)
    #expect(view.entries.first?.sequence == 1002)
  }

  @Test func followsUntilSomebodyScrollsUpAndAgainAtTheEnd() {
    var model = Fixture.model(size: Size(width: 80, height: 24))
    _ = model.type("e")
    _ = model.update(.journal(nil, Self.entries(1...50)), at: Fixture.now)
    #expect(model.text(80, 24).contains("event 50"))
    _ = model.type("k")
    _ = model.update(.journal(nil, Self.entries(51...60)), at: Fixture.now)
    #expect(model.events?.follows == false)
    #expect(!model.text(80, 24).contains("event 50"))
    #expect(model.text(80, 24).contains("not following"))
    _ = model.type("G")
    #expect(model.events?.follows == true)
    #expect(model.text(80, 24).contains("event 60"))
    _ = model.type("f")
    #expect(model.events?.follows == false)
  }

  /// The place is an event: old ones that are dropped move nothing under the reader's eyes.
  @Test func staysOnItsEventWhileOldOnesAreDropped() {
    var model = Fixture.model(size: Size(width: 80, height: 24))
    _ = model.type("e")
    _ = model.update(.journal(nil, Self.entries(1...2000)), at: Fixture.now)
    _ = model.type("k", "k")
    let first = model.text(80, 24).split(separator: "\n")[2]
    _ = model.update(.journal(nil, Self.entries(2001...2300)), at: Fixture.now)
    #expect(model.text(80, 24).split(separator: "\n")[2] == first)
  }

  @Test func showsThePoolsEventsForAPool() {
    var model = Fixture.model()
    _ = model.type("j", "5", "l")
    _ = model.update(
      .journal(
        nil,
        [
          Self.entry(1, "of this pool", deployment: nil),
          Self.entry(2, "of another", deployment: nil, pool: Fixture.kiosk),
        ]), at: Fixture.now)
    #expect(model.text(120, 36).contains("win11: of this pool"))
    #expect(!model.text(120, 36).contains("of another"))
  }

  @Test func searchesWhileTypingAndGoesOnWithN() {
    var model = Fixture.model(size: Size(width: 80, height: 24))
    _ = model.type("e")
    _ = model.update(.journal(nil, Self.entries(1...90)), at: Fixture.now)
    _ = model.type("/", "t", " ", "1", .enter)
    #expect(model.search.text == "t 1")
    let top = model.events?.top
    _ = model.type("n")
    #expect(model.events?.top != top)
    _ = model.type("N")
    #expect(model.events?.top == top)
    _ = model.type(.escape)
    #expect(model.search.isEmpty && model.events != nil)
  }

  @Test func saysThatThereIsNothingYet() {
    var model = Fixture.model()
    _ = model.type("e")
    #expect(model.text(80, 24).contains("loading events"))
    _ = model.update(.journal(nil, []), at: Fixture.now)
    #expect(model.text(80, 24).contains("no events yet"))
  }

  /// What is hidden behind the events is not acted on.
  @Test func asksNothingWhileTheEventsAreShown() {
    var model = Fixture.model()
    _ = model.type("2", "e")
    #expect(model.type("m", "D", "y").requests.isEmpty)
    #expect(model.status?.kind == .failure || model.modal == nil)
  }
}

@Suite struct ClockTests {
  @Test func isWokenForTheMinuteOnlyWhenNothingTicks() {
    var state = Fixture.state
    state.deployments.removeAll { $0.id == DeploymentID(9) || $0.id == DeploymentID(10) }
    var model = Fixture.model(state)
    #expect(model.wakeAt == Fixture.now.moment + .seconds(60))
    _ = model.type("2", "m")
    #expect(model.wakeAt == Fixture.now.moment + .seconds(1))
  }

  @Test func isWokenEachSecondWhileAYoungOneIsInSight() {
    var model = Fixture.model()
    #expect(model.wakeAt == Fixture.now.moment + .seconds(60))
    _ = model.type("j", "2", "G")
    #expect(model.wakeAt == Fixture.now.moment + .seconds(1))
  }

  @Test func forgetsWhatItSaid() {
    var model = Fixture.model()
    _ = model.update(.notice("the theme was read again"), at: Fixture.now)
    #expect(model.text(80, 24).contains("the theme was read again"))
    #expect(model.wakeAt == Fixture.now.moment + .milliseconds(10_001))
    _ = model.update(.clock, at: Fixture.later(.milliseconds(10_001)))
    #expect(model.status == nil)
  }

  @Test func readsTheStoreAgainWhenTooMuchHappened() {
    var model = Fixture.model()
    let changes = StoreChanges(sequence: 99, isWhole: true, changes: [])
    #expect(model.update(.changes(changes), at: Fixture.now) == [.reload])
    #expect(model.sequence == 7)
  }
}
