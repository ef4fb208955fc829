/// A page in the language of `man`.
struct Troff {
  private var lines: [String] = []

  /// The page's text.
  var text: String { lines.joined(separator: "\n") + "\n" }

  /// The title line; made without a date, so that the same program prints the same page.
  init(title: String, section: Int, source: String) {
    lines.append(".TH \(title.uppercased()) \(section) \"\" \"\(Self.escaped(source))\"")
    // Without hyphens in names, and flush left only.
    lines += [".nh", ".ad l"]
  }

  /// A heading.
  mutating func section(_ title: String) { lines.append(".SH \(Self.escaped(title.uppercased()))") }

  /// A heading below a heading.
  mutating func subsection(_ title: String) { lines.append(".SS \(Self.escaped(title))") }

  /// Paragraphs, which blank lines part.
  mutating func paragraphs(_ text: String) {
    for paragraph in text.split(separator: "\n\n") {
      lines += [".PP", Self.escaped(paragraph.replacing("\n", with: " "))]
    }
  }

  /// A term with what it means.
  mutating func item(_ term: String, _ meaning: String) {
    lines += [".TP", "\\fB\(Self.escaped(term))\\fR", Self.escaped(meaning)]
  }

  /// Lines as they are.
  mutating func verbatim(_ text: String) {
    lines +=
      [".PP", ".nf"]
      + text.split(separator: "\n", omittingEmptySubsequences: false).map {
        Self.escaped($0)
      }
    lines.append(".fi")
  }

  /// What follows is set further in, until `outdent`.
  mutating func indent() { lines.append(".RS") }
  mutating func outdent() { lines.append(".RE") }

  /// A text in which nothing is a command.
  static func escaped(_ text: some StringProtocol) -> String {
    let inert = String(text).replacing("\\", with: "\\e").replacing("-", with: "\\-")
    let isCommand = inert.first == "." || inert.first == "'"
    return (isCommand ? "\\&" : "") + inert
  }
}
