import Foundation
import Testing

/// Scenarios of the engine as text files, some of which the documents quote. `make golden`
/// (RECORD_SCREENS=1) writes the results into the files, and the files into the documents.
struct ScenarioTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Scenarios")
  private static let page = folder.deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs/life-cycle.md")
  private static let records = ProcessInfo.processInfo.environment["RECORD_SCREENS"] != nil

  private static let names: [String] = {
    let files = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    return (files ?? []).filter { $0.hasSuffix(".txt") }.map { String($0.dropLast(4)) }.sorted()
  }()

  private static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appending(path: name + ".txt"), encoding: .utf8)
  }

  @Test func exist() { #expect(Self.names.count >= 8) }

  @Test(arguments: names)
  func happensAsWritten(_ name: String) throws {
    let kept = try Self.text(name)
    let now = try ScenarioPlayer.play(kept)
    if Self.records {
      try now.write(
        to: Self.folder.appending(path: name + ".txt"), atomically: true, encoding: .utf8)
    } else if now != kept {
      Issue.record("\(name): - in the file, + now\n\(difference(from: kept, to: now))")
    }
  }

  /// Between the markers `<!-- scenario: NAME -->` and `<!-- end of scenario -->`.
  @Test func areQuotedAsTheyAre() throws {
    let page = try String(contentsOf: Self.page, encoding: .utf8)
    let parts = page.components(separatedBy: "<!-- scenario: ")
    #expect(parts.count > 3, "at least three are quoted")
    var now = parts[0]
    for part in parts.dropFirst() {
      let name = String(part.prefix { $0 != " " })
      let end = try #require(part.range(of: "<!-- end of scenario -->"), "\(name) has no end")
      let quoted = try ScenarioPlayer.play(Self.text(name))
      now += "<!-- scenario: \(name) -->\n```text\n\(quoted)```\n" + part[end.lowerBound...]
    }
    if Self.records {
      try now.write(to: Self.page, atomically: true, encoding: .utf8)
    } else if now != page {
      Issue.record("docs/life-cycle.md: `make golden`\n\(difference(from: page, to: now))")
    }
  }

  @Test(arguments: [
    "0s sing lab", "0s assign d1", "soon start", "0s driver sing finishes", "pool lab l3=1",
    "0s d1 answers perhaps", "0s d1 answers error permanent", "provider preparing=few",
    "5s start\n0s wait",
  ])
  func sayWhatCannotBeRead(_ text: String) {
    #expect(throws: ScenarioProblem.self) { try ScenarioPlayer.play(text + "\n") }
  }

  @Test func aDifferenceIsShownByLines() {
    let shown = difference(from: "a\nb\nc\n", to: "a\nx\nc\n")
    #expect(shown == "    a\n  - b\n  + x\n    c\n    ")
  }

  private func difference(from kept: String, to now: String) -> String {
    let (old, new) = (kept.components(separatedBy: "\n"), now.components(separatedBy: "\n"))
    let changes = new.difference(from: old)
    var removed: Set<Int> = []
    for case .remove(let offset, _, _) in changes { removed.insert(offset) }
    var inserted: Set<Int> = []
    for case .insert(let offset, _, _) in changes { inserted.insert(offset) }
    var lines: [String] = []
    var (before, after) = (0, 0)
    while before < old.count || after < new.count {
      if removed.contains(before) {
        lines.append("  - " + old[before])
        before += 1
      } else if inserted.contains(after) {
        lines.append("  + " + new[after])
        after += 1
      } else {
        lines.append("    " + old[before])
        (before, after) = (before + 1, after + 1)
      }
    }
    return lines.joined(separator: "\n")
  }
}
