import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import SafeTexts
import TestSupport
import Testing

@testable import DashboardScreen
@testable import TerminalCells

/// No key, no menu, no palette, no dialog and no paste makes a request where none may be made.
@Suite struct SafetyTests {
  /// Every way in which the screen can be told not to ask.
  enum Ban: CaseIterable {
    case readOnly, noEngine, tooSmall, nothingRead
  }

  private static func model(_ ban: Ban) -> ScreenModel {
    var settings = Fixture.settings
    settings.isReadOnly = ban == .readOnly
    var model = Fixture.model(settings: settings)
    switch ban {
    case .readOnly: break
    case .noEngine: _ = model.update(.presence(.none, isHere: false), at: Fixture.now)
    case .tooSmall:
      _ = model.update(.input(.resized(Size(width: 20, height: 5))), at: Fixture.now)
    case .nothingRead:
      model = ScreenModel(settings: settings, now: Fixture.now)
    }
    return model
  }

  /// Keys that say yes to whatever may have been opened.
  private static let answers: [Key] = [
    "y", .enter, "1", .enter, "5", .enter, "a", .enter, "y", .escape,
  ]

  @Test(arguments: Ban.allCases, ActionID.allCases)
  func asksNothing(_ ban: Ban, _ id: ActionID) {
    for pane in Pane.allCases {
      var model = Self.model(ban)
      _ = model.type("j")
      model.focus(on: pane)
      model.settle()
      var commands = model.perform(id)
      for key in Self.answers { commands += model.type(key) }
      #expect(commands.requests.isEmpty)
    }
  }

  @Test(arguments: Ban.allCases)
  func saysWhyItAsksNothing(_ ban: Ban) {
    var model = Self.model(ban)
    _ = model.type("2", "m")
    let words: [Ban: String] = [
      .readOnly: "read-only", .noEngine: "no engine", .tooSmall: "too small",
      .nothingRead: "not been read",
    ]
    #expect(model.status?.text.text.contains(words[ban] ?? "") == true)
    #expect(model.status?.kind == .failure)
  }

  /// What the table wants to be confirmed is asked about, whatever its subject is.
  @Test func nothingThatIsToBeConfirmedIsSentAtOnce() {
    var state = Fixture.state
    for pool in state.pools.indices { state.pools[pool].traits?.publishes = true }
    var confirmed: Set<ActionID> = []
    for id in ActionID.allCases {
      let confirmation = ActionTable[id].confirmation
      guard confirmation == .always || confirmation == .typedName else { continue }
      for pane in Pane.allCases {
        var model = Fixture.model(state)
        _ = model.type("j")
        model.focus(on: pane)
        model.settle()
        #expect(model.perform(id).requests.isEmpty, "\(id)")
        guard case .confirm(let dialog) = model.modal, dialog.action == id else { continue }
        confirmed.insert(id)
        guard dialog.answer == .key else { continue }
        #expect(!model.type("y").requests.isEmpty, "\(id)")
      }
    }
    #expect(confirmed.isSuperset(of: [.release, .destroy, .forget, .forcePublication]))
  }

  /// The same keys do ask where it is allowed, so that the test above tests something.
  @Test func theSameKeysAskElsewhere() {
    var asked: Set<ActionID> = []
    for id in ActionID.allCases {
      for pane in Pane.allCases {
        var model = Fixture.model()
        _ = model.type("j")
        model.focus(on: pane)
        model.settle()
        var commands = model.perform(id)
        for key in Self.answers { commands += model.type(key) }
        if !commands.requests.isEmpty { asked.insert(id) }
      }
    }
    #expect(asked.isSuperset(of: [.move, .ready, .assign, .retry, .release, .destroy, .pause]))
    // What opens a list to choose from may lead to any action; nothing else asks but what says that
    // it does.
    let openers: Set<ActionID> = [.menu, .palette]
    #expect(asked.subtracting(openers).allSatisfy { ActionTable[$0].mutates })
  }

  @Test func aPasteIsNeverKeys() {
    for pane in Pane.allCases {
      var model = Fixture.model()
      model.focus(on: pane)
      let pastes: [SafeText] = ["Dy", "D\ny\n", "q", ":quit\n", "!c+-"]
      for paste in pastes {
        #expect(model.update(.input(.paste(paste)), at: Fixture.now).isEmpty)
      }
      #expect(model.modal == nil)
    }
    var model = Fixture.model()
    _ = model.type("2", "D")
    #expect(model.update(.input(.paste("y")), at: Fixture.now).isEmpty)
    #expect(model.modal != nil)
  }

  /// Any keys in any order: nothing crashes, the cursor is in its list, marks are of what exists,
  /// and no request is about anything but what exists.
  @Test(arguments: UInt64(1)...5)
  func livesThroughAnyKeys(seed: UInt64) {
    var dice = Dice(seed)
    var model = Fixture.model()
    var keys: [Key] = [
      .enter, .escape, .tab, .backTab, .backspace, .delete, .up, .down, .left, .right, .home,
      .end, .pageUp, .pageDown, .function(1), .control("d"), .control("u"),
    ]
    keys += (33..<127).compactMap { Unicode.Scalar($0).map(Key.character) }
    for step in 0..<400 {
      let time = Fixture.later(.milliseconds(Int64(step * 50)))
      switch dice.below(12) {
      case 0:
        var changed = Fixture.deployments[dice.below(Fixture.deployments.count)]
        changed.revision = UInt64(dice.below(5))
        if dice.below(2) == 0 { changed.load(.removed) }
        _ = model.change(.deployment(changed), at: time)
      case 1:
        let size = Size(width: dice.below(140), height: dice.below(45))
        _ = model.update(.input(.resized(size)), at: time)
      case 2: _ = model.update(.clock, at: time)
      case 3: _ = model.update(.input(.paste("lab ~x")), at: time)
      default:
        let requests = model.update(.input(.key(keys[dice.below(keys.count)])), at: time).requests
        for request in requests {
          if let id = request.verb.about { #expect(model.live.deployment(id) != nil) }
        }
      }
      _ = model.view(model.size, glyphs: .unicode)
      for pane in Pane.listOrder {
        let cursor = model.cursor(pane)
        #expect(cursor.id == model.id(at: cursor.index, in: pane))
      }
    }
  }
}
