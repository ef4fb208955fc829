/// A page in the format of `man`.
struct Troff {
  private var lines: [String] = []

  /// The page's text.
  var text: String { lines.joined(separator: "\n") + "\n" }

  /// Writes the title line, without a date, so that the same program prints the same page.
  init(title: String, section: Int, source: String) {
    lines.append(".TH \(title.uppercased()) \(section) \"\" \"\(Self.escaped(source))\"")
    // No hyphenation, as it would split names, and left-aligned only.
    lines += [".nh", ".ad l"]
  }

  /// Adds a heading.
  mutating func section(_ title: String) { lines.append(".SH \(Self.escaped(title.uppercased()))") }

  /// Adds a subheading.
  mutating func subsection(_ title: String) { lines.append(".SS \(Self.escaped(title))") }

  /// Adds paragraphs, which are separated by blank lines.
  mutating func paragraphs(_ text: String) {
    for paragraph in text.split(separator: "\n\n") {
      lines += [".PP", Self.escaped(paragraph.replacing("\n", with: " "))]
    }
  }

  /// Adds a term with its meaning.
  mutating func item(_ term: String, _ meaning: String) {
    lines += [".TP", "\\fB\(Self.escaped(term))\\fR", Self.escaped(meaning)]
  }

  /// Adds lines without filling.
  mutating func verbatim(_ text: String) {
    lines +=
      [".PP", ".nf"]
      + text.split(separator: "\n", omittingEmptySubsequences: false).map {
        Self.escaped($0)
      }
    lines.append(".fi")
  }

  /// Indents the following text, until `outdent`.
  mutating func indent() { lines.append(".RS") }
  mutating func outdent() { lines.append(".RE") }

  /// Escapes a text, so that nothing in it is a command.
  static func escaped(_ text: some StringProtocol) -> String {
    let inert = String(text).replacing("\\", with: "\\e").replacing("-", with: "\\-")
    let isCommand = inert.first == "." || inert.first == "'"
    return (isCommand ? "\\&" : "") + inert
  }
}
