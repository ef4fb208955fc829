import Testing

/// The folders of a target and which of them use types of which others.
///
/// A type counts for the folder that declares it at the top level of a file. What extensions add to
/// a type of another folder is not seen.
struct FolderGraph {
  /// The folders that each folder uses directly, with one example for each.
  private(set) var uses: [String: [String: String]] = [:]

  init(files: [SourceFile], target: String) {
    let own = files.compactMap { file in Self.folder(of: file, in: target).map { ($0, file) } }
    var homes: [String: Set<String>] = [:]
    for (folder, file) in own {
      for name in Self.declarations(in: file) { homes[name, default: []].insert(folder) }
    }
    for (folder, file) in own {
      for name in Self.words(in: file) {
        guard let home = homes[name], home.count == 1, let other = home.first, other != folder
        else { continue }
        uses[folder, default: [:]][other] = "\(file.path) uses \(name) of \(other)"
      }
    }
  }

  /// A way from a folder back to itself, as one sentence for each step; nil if there is none.
  var circle: [String]? {
    for start in uses.keys.sorted() {
      var ways: [(folder: String, steps: [String])] = [(start, [])]
      var seen: Set<String> = []
      while let way = ways.popLast() {
        for (next, example) in (uses[way.folder] ?? [:]).sorted(by: { $0.key < $1.key }) {
          if next == start { return way.steps + [example] }
          if seen.insert(next).inserted { ways.append((next, way.steps + [example])) }
        }
      }
    }
    return nil
  }

  /// The first folder below the target; nil for files of other targets and at the target's top.
  private static func folder(of file: SourceFile, in target: String) -> String? {
    guard file.isSwift, file.path.hasPrefix(target + "/") else { return nil }
    let parts = file.path.dropFirst(target.count + 1).split(separator: "/")
    return parts.count > 1 ? String(parts[0]) : nil
  }

  private static func declarations(in file: SourceFile) -> [String] {
    let kinds: Set<Substring> = ["struct", "enum", "class", "actor", "protocol", "typealias"]
    let access: Set<Substring> = ["public", "package", "final", "indirect"]
    return file.code.lines.compactMap { line in
      guard line.first?.isLetter == true else { return nil }
      let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
      let rest = words.drop { access.contains($0) }
      guard let kind = rest.first, kinds.contains(kind) else { return nil }
      return rest.dropFirst().first.map(String.init)
    }
  }

  private static func words(in file: SourceFile) -> Set<String> {
    Set(
      file.code.lines.flatMap { line in
        line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
          .filter { $0.first?.isUppercase == true }.map(String.init)
      })
  }
}

@Suite struct FolderTests {
  private static let targets = [
    "Sources/DeploymentEngine/Interface", "Sources/DeploymentEngine/Core",
    "Sources/DeploymentEngine/Store",
    "Sources/DeploymentEngine/Runtime", "Sources/DeploymentEngine/Simulation", "Sources/Drivers",
    "Sources/Drivers/Libvirt", "Sources/Dashboard/Screen", "Sources/Dashboard/Program",
  ]

  @Test(arguments: targets)
  func foldersOfATargetFormNoCircle(_ target: String) {
    let circle = FolderGraph(files: Tree.files, target: target).circle
    #expect(circle == nil)
  }

  @Test func aPlantedCircleIsFound() {
    let files = [
      SourceFile(path: "T/A/One.swift", text: "struct One { var two: Two }"),
      SourceFile(path: "T/B/Two.swift", text: "package final class Two { let three: Three }"),
      SourceFile(path: "T/C/Three.swift", text: "enum Three {}\nextension One {}"),
      SourceFile(path: "T/C/Four.swift", text: "// Two and One\nlet four = \"Two\""),
    ]
    #expect(
      FolderGraph(files: files, target: "T").circle == [
        "T/A/One.swift uses Two of B", "T/B/Two.swift uses Three of C",
        "T/C/Three.swift uses One of A",
      ])
    #expect(FolderGraph(files: Array(files.dropLast(2)), target: "T").circle == nil)
  }
}
