import Foundation

/// The files of the project that the rules check, read once.
enum Tree {
  /// The folders and files at the root that contain our own text.
  private static let parts = [
    "Package.swift", "Sources", "Tests", "scripts", ".ci", "themes", "docs", "examples", "Makefile",
    "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md",
  ]
  private static let suffixes: Set<String> = [
    "swift", "h", "c", "modulemap", "sh", "yaml", "md", "py", "run", "Makefile", "1",
  ]

  static let root: URL = {
    var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    repeat {
      folder.deleteLastPathComponent()
    } while folder.path != "/"
      && !FileManager.default.fileExists(atPath: folder.path + "/Package.swift")
    return folder
  }()

  static let files: [SourceFile] = {
    let paths = parts.flatMap { part in
      let below = FileManager.default.enumerator(atPath: root.path + "/" + part)
      let inside = below?.compactMap { $0 as? String }.map { part + "/" + $0 } ?? []
      return inside.isEmpty ? [part] : inside
    }
    return paths.filter { !$0.contains("/.build/") && isOurs($0) }.sorted().compactMap { path in
      let text = try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
      return text.map { SourceFile(path: path, text: $0) }
    }
  }()

  private static func isOurs(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    return suffixes.contains(String(name.split(separator: ".").last ?? ""))
  }
}
