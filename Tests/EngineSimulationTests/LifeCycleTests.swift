import EngineSimulation
import Foundation
import Testing

/// The pictures of `docs/life-cycle.md` against what the worlds have met.
@Suite struct LifeCycleTests {
  private typealias Arrows = [String: Set<String>]

  /// The arrows of the picture under a heading, those from and to nothing left out.
  private static func arrows(under heading: String) throws -> Arrows {
    var folder = URL(fileURLWithPath: #filePath)
    while !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) {
      folder.deleteLastPathComponent()
      try #require(folder.path.count > 1)
    }
    let page = try String(
      contentsOf: folder.appending(path: "docs/life-cycle.md"), encoding: .utf8)
    let start = try #require(page.range(of: "## \(heading)\n"))
    let picture = page[start.upperBound...].components(separatedBy: "```")[1]
    var table: Arrows = [:]
    for line in picture.split(separator: "\n") where line.contains("-->") {
      let ends = line.components(separatedBy: "-->").map {
        $0.prefix { $0 != ":" }.trimmingCharacters(in: .whitespaces)
      }
      if ends.contains("[*]") { continue }
      table[ends[0], default: []].insert(ends[1])
    }
    return table
  }

  /// Whether a commit may lead from one state to another: over any number of arrows.
  private static func leads(_ arrows: Arrows, _ change: Marks.Change) -> Bool {
    var reached: Set<String> = []
    var next = arrows[change.from] ?? []
    while let state = next.popFirst() {
      guard reached.insert(state).inserted else { continue }
      next.formUnion(arrows[state] ?? [])
    }
    return reached.contains(change.to)
  }

  private static func missing(_ arrows: Arrows, _ seen: [Marks.Change: Int]) -> [String] {
    arrows.keys.sorted().flatMap { from in
      (arrows[from] ?? []).sorted().filter { seen[Marks.Change(from: from, to: $0)] == nil }
        .map { "\(from) --> \($0)" }
    }
  }

  @Test func theWorldsWalkEveryArrowAndNoOther() throws {
    let deployments = try Self.arrows(under: "A deployment")
    let publications = try Self.arrows(under: "A publication")
    var marks = Marks()
    for seed in UInt64(1)...240 {
      var simulation = Simulation(seed: seed)
      (simulation.steps, simulation.judgesEvery) = (300, 64)
      marks.add(simulation.run().marks)
      if Self.missing(deployments, marks.changes).isEmpty,
        Self.missing(publications, marks.publicationChanges).isEmpty, seed >= 20
      {
        break
      }
    }
    #expect(Self.missing(deployments, marks.changes) == [])
    #expect(Self.missing(publications, marks.publicationChanges) == [])
    for change in marks.changes.keys where !Self.leads(deployments, change) {
      Issue.record("a deployment went from \(change.from) to \(change.to)")
    }
    for change in marks.publicationChanges.keys where !Self.leads(publications, change) {
      Issue.record("a publication went from \(change.from) to \(change.to)")
    }
  }
}
