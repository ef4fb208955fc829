import Testing

/// A text with mistakes, and the lines that contain them.
private struct Planted: Sendable, CustomTestStringConvertible {
  let path: String
  let text: String
  /// The lines that the rules must find; empty if there is no mistake.
  let lines: [Int]

  init(_ path: String, _ text: String, found lines: Int...) {
    self.path = path
    self.text = text
    self.lines = lines
  }

  var testDescription: String { "\(path): \(text.prefix(60).split(separator: "\n"))" }
}

@Suite struct PlantedMistakeTests {
  private static let core = "Sources/DeploymentEngine/Core/A.swift"
  private static let runtime = "Sources/DeploymentEngine/Runtime/A.swift"
  private static let test = "Tests/EngineRuntimeTests/A.swift"
  private static let tidy = "Tests/TidyTests/A.swift"

  private static let planted: [Planted] = [
    Planted(runtime, String(repeating: "a", count: 101), found: 1),
    Planted(runtime, String(repeating: "é", count: 100)),
    Planted(runtime, "struct A {\n  func f() {\n" + blank(67) + "  }\n}"),
    Planted(runtime, "struct A {\n  func f() {\n" + blank(69) + "  }\n}", found: 2),
    Planted(runtime, "let a = 1" + blank(401), found: 401),
    Planted(core, "import Glibc", found: 1),
    Planted(core, "import DequeModule\nimport struct Synchronization.Atomic"),
    Planted(core, "import Synchronization", found: 1),
    Planted(runtime, "let done = DispatchSemaphore(value: 0)", found: 1),
    Planted(runtime, "let call = dlsym(nil, \"gettid\")", found: 1),
    Planted(core, "import Posix", found: 1),
    Planted("Sources/Support/Basics/A.swift", "import Glibc", found: 1),
    Planted(core, "import FoundationEssentials", found: 1),
    Planted(
      "Sources/DeploymentEngine/Interface/ServiceCaller.swift", "import FoundationEssentials"),
    Planted(runtime, "import Glibc"),
    Planted("Sources/Dashboard/Screen/View/A.swift", "import Foundation", found: 1),
    Planted(core, "let now = Date()", found: 1),
    Planted(runtime, "let now = Date()"),
    Planted(core, "let text = \"at \\(Date())\"", found: 1),
    Planted(core, "// Date() is not asked\nlet text = \"Date() \\(f(\"UUID()\")) UUID()\""),
    Planted(core, "let id = MyUUID()"),
    Planted(core, "let n = Int.random(in: 0..<3)", found: 1),
    Planted(core, "Task { await f() }", found: 1),
    Planted(core, "switch x {\ncase .a: f()\ndefault: g()\n}", found: 3),
    Planted(core, "var all: [String: Int] = [:]\nfor one in all {}", found: 2),
    Planted(core, "for key in all.keys {}\nfor one in all.keys.sorted() {}", found: 1),
    Planted(core, "var all: [Int] = []\nfor one in all {}"),
    Planted(runtime, "let a = try" + "! f()", found: 1),
    Planted(runtime, "let a = b as" + "! C", found: 1),
    Planted(test, "usleep(10)", found: 1),
    Planted(test, "let command = \"sleep 60\""),
    Planted(test, "// Waits until the process is gone.\nwhile runs() { usleep(10) }"),
    Planted(runtime, "final class A: @unchecked Sendable {}", found: 1),
    Planted(runtime, "// `lock` guards `value`.\nfinal class A: @unchecked Sendable {}"),
    Planted(runtime, "let a = 1  // TO" + "DO: later", found: 1),
    Planted("README.md", "cd /ro" + "ot/dashboard", found: 1),
    Planted("scripts/a.sh", "echo ", found: 1),
    Planted(
      "docs/a.md", "Who" + "ever reads, waits as\ngood as " + "for ever " + "so long.", found: 1, 1,
      2),
    Planted("docs/a.md", "Whatever is left ever somehow befell us: one renewal."),
    Planted("scripts/a.sh", "# so\n# many lines", found: 1, 1),
    Planted(tidy, "let a = 1  // told " + "of\nlet b = \"is to " + "be\"", found: 1, 2),
    Planted(tidy, "// This sentence was broken\n// by\n// a tool.\nlet a = 1", found: 1, 2),
    Planted(tidy, "// One sentence.\n// another\n  // indented\n/// doc\nlet a = 1"),
    Planted(tidy, "// - item\n// - item\n//   more\n// ```\nlet a = 1"),
    Planted("Sources/Other/A.swift", "// one " + "whose\n// name\nlet a = 1"),
    Planted(test, "", found: 1),
    Planted("docs/a.md", "\n \n", found: 1, 2),
    Planted(runtime, "// Nothing but a comment.\n", found: 1),
    Planted(runtime, "let a = #\"\\\"#; let b = Date()\nlet c = \"\"\"\n  \"quoted\"\n  \"\"\""),
  ]

  private static func blank(_ count: Int) -> String { String(repeating: "\n", count: count) }

  @Test(arguments: planted)
  private func areFound(_ planted: Planted) {
    let file = SourceFile(path: planted.path, text: planted.text)
    let found = Rule.all.flatMap { $0.check(file) }
    #expect(found.map(\.line).sorted() == planted.lines, "\(found)")
  }

  @Test func everyRuleHasAPlantedMistake() {
    let files = Self.planted.map { SourceFile(path: $0.path, text: $0.text) }
    for rule in Rule.all where files.allSatisfy({ rule.check($0).isEmpty }) {
      Issue.record("nothing planted for: \(rule.claim)")
    }
  }

  @Test(arguments: [
    ("let a = \"x\" // y", "let a = \" \"     "),
    ("/* a /* b */ c */ d", "                  d"),
    ("\"a\\(f(\"(\"))\" + g", "\"   f(\" \"))\" + g"),
    ("#\"a\"b\"# + c", "#\"   \"# + c"),
    ("\"\\\"\" + c", "\"  \" + c"),
  ])
  func blanksOnlyCommentsAndLiterals(_ text: String, _ code: String) {
    #expect(Blanking.code(of: text) == code)
  }
}
