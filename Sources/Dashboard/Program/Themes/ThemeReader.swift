import DeploymentInterface
import SafeTexts
import TerminalCells

/// Reads a theme file, and finds all its problems in one pass.
struct ThemeReader {
  /// Loads the theme to inherit from, by name.
  typealias Ancestor = (String) throws(ThemeFailure) -> ThemeDefinition

  private let file: String
  private var problems: [ConfigurationProblem] = []
  private var definition: ThemeDefinition

  private init(file: String, definition: ThemeDefinition) {
    self.file = file
    self.definition = definition
  }

  /// Parses a theme.
  static func read(_ text: String, file: String, ancestor: Ancestor) throws(ThemeFailure)
    -> ThemeDefinition
  {
    let document: YAMLValue
    do throws(ConfigurationProblem) {
      document = try YAMLFile.document(text, file: file)
    } catch {
      throw ThemeFailure(problems: [error])
    }
    guard let section = document.section else {
      let problem = ConfigurationProblem(
        file: file, line: document.line, "a theme must be a section with keys, such as `name: mine`"
      )
      throw ThemeFailure(problems: [problem])
    }
    var fields = Fields(section, file: file, place: "the theme")
    var reader = ThemeReader(file: file, definition: ThemeDefinition(name: ""))
    if let parent = fields.text("inherits") {
      reader.definition = try ancestor(parent)
    }
    reader.read(&fields)
    guard reader.problems.isEmpty else {
      throw ThemeFailure(problems: reader.problems.sorted(by: ConfigurationProblem.precedes))
    }
    return reader.definition
  }

  private mutating func read(_ fields: inout Fields) {
    if let name = fields.text("name") {
      definition.name = name
    } else {
      fields.report(nil, "the theme has no name; write `name: …` as its first line")
    }
    definition.background = fields.themeBackground ?? definition.background
    if var palette = fields.nested("palette") { readPalette(&palette) }
    if var roles = fields.nested("roles") { readRoles(&roles, prefix: "") }
    if var glyphs = fields.nested("glyphs") {
      definition.glyphs = glyphs.glyphs("unicode", base: definition.glyphs, asciiOnly: false)
      definition.asciiGlyphs = glyphs.glyphs("ascii", base: definition.asciiGlyphs, asciiOnly: true)
      glyphs.finish()
      fields.report(glyphs.problems)
    }
    fields.finish()
    problems += fields.problems
  }

  // MARK: - Palette

  private mutating func readPalette(_ fields: inout Fields) {
    for entry in fields.allEntries() {
      if entry.key == "default" {
        report(entry.line, "`default` is the terminal's own colour; give yours another name")
      } else if let colour = colour(entry) {
        definition.palette[entry.key] = colour
      }
    }
    problems += fields.problems
  }

  private mutating func colour(_ entry: YAMLSection.Entry) -> ThemeColour? {
    let parts = entry.value.list ?? [entry.value]
    guard (1...3).contains(parts.count), let rgb = parts[0].text.flatMap(RGB.init(hex:)) else {
      report(
        entry.line,
        "`\(entry.key)` is not a colour; write it as [\"#rrggbb\", 16 to 255, basic colour]")
      return nil
    }
    guard parts.count > 1 else { return ThemeColour(rgb: rgb, index: rgb.nearestIndex) }
    guard let index = parts[1].plainText.flatMap({ UInt8($0) }), index >= 16 else {
      report(
        entry.line,
        "`\(entry.key)`: \(parts[1].shown) is not one of the 256 colours; "
          + "write a number from 16 to 255")
      return nil
    }
    guard parts.count > 2, parts[2].text != "default" else {
      return ThemeColour(rgb: rgb, index: index)
    }
    let names = BasicColour.allCases.map(\.rawValue)
    guard let basic = parts[2].text.flatMap(BasicColour.init(rawValue:)) else {
      report(entry.line, Wording.notOneOf(entry.key, parts[2].shown, ["default"] + names))
      return nil
    }
    return ThemeColour(rgb: rgb, index: index, basic: basic)
  }

  // MARK: - Roles

  /// All roles, and all families of roles that fall back to one name.
  private static let roleNames: Set<String> = {
    var names = Set<String>()
    for role in Role.allCases {
      var name = Substring(role.rawValue)
      names.insert(String(name))
      while let dot = name.lastIndex(of: ".") {
        name = name[..<dot]
        names.insert(String(name))
      }
    }
    return names
  }()

  /// A section within the roles adds its name as a prefix: `log: { time: dim }` is `log.time`.
  private mutating func readRoles(_ fields: inout Fields, prefix: String) {
    for entry in fields.allEntries() {
      let name = prefix + entry.key
      if let section = entry.value.section {
        var inner = Fields(section, file: file, place: "`\(name)`")
        readRoles(&inner, prefix: name + ".")
      } else if !Self.roleNames.contains(name) {
        let near = NearestName.of(name, in: Self.roleNames.sorted())
        let remedy = near.map { "did you mean `\($0)`?" } ?? "leave it out"
        report(entry.line, "unknown role `\(name)`; \(remedy)")
      } else if let look = look(name, entry) {
        definition.roles[name] = look
      }
    }
  }

  private static let attributes: [(name: String, attribute: Attributes)] = [
    ("bold", .bold), ("dim", .dim), ("italic", .italic), ("underline", .underline),
    ("reverse", .reverse),
  ]

  private mutating func look(_ name: String, _ entry: YAMLSection.Entry) -> ThemeDefinition.Look? {
    let parts = (entry.value.list ?? [entry.value]).map { $0.text ?? "" }
    var look = ThemeDefinition.Look()
    guard let first = parts.first, let foreground = colourName(first, name, entry.line) else {
      return nil
    }
    look.foreground = foreground
    if parts.count > 1 {
      guard let background = colourName(parts[1], name, entry.line) else { return nil }
      look.background = background
    }
    for word in parts.dropFirst(2) {
      guard let known = Self.attributes.first(where: { $0.name == word }) else {
        report(entry.line, Wording.notOneOf(name, word, Self.attributes.map(\.name)))
        return nil
      }
      look.attributes.insert(known.attribute)
    }
    return look
  }

  /// The outer nil: the colour does not exist.
  private mutating func colourName(_ word: String, _ role: String, _ line: Int) -> String?? {
    if word == "default" { return .some(nil) }
    if definition.palette[word] != nil { return word }
    let near = NearestName.of(word, in: definition.palette.keys.sorted() + ["default"])
    let remedy = near.map { "did you mean `\($0)`?" } ?? "add it there, or write `default`"
    report(line, "`\(role)`: the palette has no colour `\(word)`; \(remedy)")
    return nil
  }

  private mutating func report(_ line: Int, _ sentence: String) {
    problems.append(ConfigurationProblem(file: file, line: line, SafeText(sentence)))
  }
}

extension Fields {
  /// The background that the theme is made for; nil if it is absent or wrong.
  fileprivate var themeBackground: Theme.Background? {
    mutating get {
      guard let text = text("background") else { return nil }
      if let background = Theme.Background(rawValue: text) { return background }
      report("background", Wording.notOneOf("background", text, ["dark", "light"]))
      return nil
    }
  }

  /// Reads one set of signs, with the theme's changes.
  fileprivate mutating func glyphs(_ key: String, base: Glyphs, asciiOnly: Bool) -> Glyphs {
    guard var fields = nested(key) else { return base }
    var glyphs = base
    for entry in fields.allEntries() {
      let signs = (entry.value.list ?? [entry.value]).compactMap(\.glyph)
      let fit = signs.filter { !asciiOnly || $0.scalar.isASCII }
      if entry.key == "spark", fit.count == base.spark.count {
        glyphs.spark = fit
      } else if let path = Glyphs.named[entry.key], fit.count == 1 {
        glyphs[keyPath: path] = fit[0]
      } else {
        fields.report(entry.key, Self.glyphSentence(entry.key, asciiOnly: asciiOnly))
      }
    }
    report(fields.problems)
    return glyphs
  }

  private static func glyphSentence(_ key: String, asciiOnly: Bool) -> String {
    let kind = asciiOnly ? "printable ASCII character" : "printable character one column wide"
    if key == "spark" { return "`spark` must be a list of eight, each one \(kind)" }
    if Glyphs.named[key] != nil { return "`\(key)` must be one \(kind)" }
    let names = Glyphs.named.keys.sorted() + ["spark"]
    let near = NearestName.of(key, in: names).map { "did you mean `\($0)`?" }
    return "unknown glyph `\(key)`; \(near ?? "known: \(names.joined(separator: ", "))")"
  }
}

extension YAMLValue {
  /// The only sign of the value; nil if it is not exactly one.
  fileprivate var glyph: Glyph? {
    guard let scalars = text?.unicodeScalars, scalars.count == 1 else { return nil }
    return scalars.first.flatMap { Glyph($0) }
  }
}
