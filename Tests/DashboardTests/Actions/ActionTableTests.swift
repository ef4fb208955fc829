import DeploymentEngine
import SafeTexts
import TerminalCells
import Testing

@testable import DashboardScreen

@Suite struct ActionTableTests {
  @Test func hasEveryActionOnce() {
    #expect(
      ActionTable.all.map(\.id.rawValue).sorted() == ActionID.allCases.map(\.rawValue).sorted())
    for id in ActionID.allCases { #expect(ActionTable[id].id == id) }
  }

  @Test func givesNoKeyToTwoActions() {
    #expect(KeyMap.read([]).problems.isEmpty)
    let keys = ActionTable.all.flatMap(\.keys)
    #expect(Set(keys).count == keys.count)
  }

  @Test func hasOneSentenceOfHelpForEach() {
    for action in ActionTable.all {
      #expect(action.help.hasSuffix("."), "\(action.id.rawValue)")
      #expect(!action.label.isEmpty)
    }
  }

  @Test(arguments: RequestName.allCases)
  func hasAnActionForEveryRequestButFacts(_ name: RequestName) {
    // `assign` on a pool is the same action.
    let expected = name == .assignFromPool ? .assign : name
    let isFact = name == .notify || name == .noteRemoval
    #expect(ActionTable.all.contains { $0.request == expected } == !isFact)
  }

  /// What cannot be taken back is a capital and asks; what changes something is on no key that
  /// hands press by themselves.
  @Test func keepsItsRulesOfSafety() {
    for action in ActionTable.all where action.mutates {
      for key in action.keys {
        guard case .character(let scalar) = key else {
          Issue.record("\(action.id.rawValue) is on \(key)")
          continue
        }
        #expect(scalar != " ")
        if action.isIrreversible {
          #expect(scalar.properties.isUppercase, "\(action.id.rawValue)")
        }
      }
    }
    #expect(ActionTable[.destroy].isIrreversible && ActionTable[.release].isIrreversible)
    #expect(ActionTable[.forget].confirmation == .typedName)
  }
}

@Suite struct KeyMapTests {
  private static func read(_ lines: [(String, String)]) -> (map: KeyMap, problems: [KeyProblem]) {
    KeyMap.read(
      lines.enumerated().map { KeySetting(action: $1.0, key: $1.1, line: $0 + 1) })
  }

  @Test func putsUsersKeysOverTheActionsOwn() {
    let (map, problems) = Self.read([("deployment.cancel", "C"), ("deployment.undo", "none")])
    #expect(problems.isEmpty)
    #expect(map.action(for: "C") == .cancel)
    #expect(map.action(for: "c") == nil)
    #expect(map.action(for: "u") == nil)
    #expect(map.action(for: "D") == .destroy)
  }

  @Test func takesSeveralKeysForOneAction() {
    let (map, problems) = Self.read([("help", "? F1 Ctrl-H")])
    #expect(problems.isEmpty)
    #expect(map.keys(of: .help) == ["?", .function(1), .control("h")])
  }

  @Test func namesBothOfAConflict() {
    let (map, problems) = Self.read([("deployment.move", "none"), ("deployment.cancel", "D")])
    #expect(problems.count == 1)
    #expect(problems.first?.line == 2)
    let sentence = problems.first?.sentence.text ?? ""
    #expect(sentence.contains("deployment.cancel") && sentence.contains("deployment.destroy"))
    #expect(map.action(for: "D") == .cancel)
  }

  @Test func letsTwoActionsChangePlaces() {
    let (map, problems) = Self.read([("deployment.move", "c"), ("deployment.cancel", "m")])
    #expect(problems.isEmpty)
    #expect(map.action(for: "c") == .move)
  }

  @Test(arguments: [
    ("deployment.vanish", "c", "unknown action"), ("deployment.cancel", "Hyper-X", "not a key"),
    ("deployment.cancel", "Ctrl-X", "by accident"), ("deployment.destroy", "Enter", "by accident"),
    ("deployment.destroy", "Delete", "by accident"), ("deployment.ready", "Space", "by accident"),
    ("quit", "none", "must keep"), ("help", "", "no key"),
  ])
  func refusesWith(_ action: String, _ key: String, _ words: String) {
    let problems = Self.read([(action, key)]).problems
    #expect(problems.count == 1)
    #expect(problems.first?.sentence.text.contains(words) == true)
  }
}
