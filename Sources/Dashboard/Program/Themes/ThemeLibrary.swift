import DeploymentInterface
import Glibc
import Posix
import SafeTexts
import TerminalCells

/// Finds themes. The first folder with a theme of the name wins; the shipped themes are also built
/// into the program, so that it always has one.
struct ThemeLibrary: Sendable {
  /// The folders, in order of precedence.
  let folders: [String]

  /// The maximum depth of inheritance.
  private static let depthLimit = 8

  init(folders: [String]) { self.folders = folders }

  /// The folders of this user and this program: the configuration, next to the installed program,
  /// in the source tree.
  ///
  /// - program: the path of the executable, symbolic links resolved.
  init(environment: [String: String], program: String?) {
    var folders: [String] = []
    if let home = environment["XDG_CONFIG_HOME"], home.hasPrefix("/") {
      folders.append(home + "/dashboard/themes")
    } else if let home = environment["HOME"], home.hasPrefix("/") {
      folders.append(home + "/.config/dashboard/themes")
    }
    let places = program.map(Self.ancestors) ?? []
    if places.count > 1 { folders.append(places[1] + "/share/dashboard/themes") }
    if let root = places.first(where: { access($0 + "/Package.swift", R_OK) == 0 }) {
      folders.append(root + "/themes")
    }
    self.folders = folders
  }

  /// The path of the running program.
  static var runningProgram: String? {
    guard let path = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(path) }
    return String(cString: path)
  }

  /// Loads a theme by its name, or by its path if it contains `/`.
  func load(_ name: String) throws(ThemeFailure) -> Theme {
    try definition(name, depth: 0).theme
  }

  /// The names that can be loaded, sorted.
  var names: [String] {
    let files = folders.flatMap(Folder.names(in:)).filter { $0.hasSuffix(".yaml") }
    return Set(files.map { String($0.dropLast(5)) } + ShippedThemes.texts.keys).sorted()
  }

  private func definition(_ name: String, depth: Int) throws(ThemeFailure) -> ThemeDefinition {
    guard depth < Self.depthLimit else {
      throw failure(name, "inherits from itself through other themes; remove one `inherits`")
    }
    let ancestor: ThemeReader.Ancestor = { parent throws(ThemeFailure) in
      try definition(parent, depth: depth + 1)
    }
    let (text, file) = try source(name)
    return try ThemeReader.read(text, file: file, ancestor: ancestor)
  }

  private func source(_ name: String) throws(ThemeFailure) -> (text: String, file: String) {
    if name.contains("/") { return (try text(of: name, isOptional: false) ?? "", name) }
    for folder in folders {
      let file = "\(folder)/\(name).yaml"
      if let text = try text(of: file, isOptional: true) { return (text, file) }
    }
    if let text = ShippedThemes.texts[name] { return (text, "\(name).yaml") }
    let near = NearestName.of(name, in: names).map { "did you mean \($0)? " } ?? ""
    throw failure(name, "unknown theme; \(near)themes: \(names.joined(separator: ", "))")
  }

  private func text(of file: String, isOptional: Bool) throws(ThemeFailure) -> String? {
    do throws(YAMLFile.Unreadable) {
      return try YAMLFile.text(of: file)
    } catch {
      switch error {
      case .absent where isOptional: return nil
      case .absent(let problem), .unreadable(let problem):
        throw ThemeFailure(problems: [problem])
      }
    }
  }

  private func failure(_ name: String, _ sentence: SafeText) -> ThemeFailure {
    ThemeFailure(problems: [ConfigurationProblem(file: name, sentence)])
  }

  /// The folders that contain a file, the innermost first.
  private static func ancestors(_ path: String) -> [String] {
    var places: [String] = []
    var rest = Substring(path)
    while let slash = rest.lastIndex(of: "/"), slash > rest.startIndex {
      rest = rest[..<slash]
      places.append(String(rest))
    }
    return places
  }
}
