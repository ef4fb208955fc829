import SafeTexts
import TerminalCells

/// A piece of text with one role.
struct Span: Hashable, Sendable {
  /// A sign before the text, followed by a blank if there is a text.
  var glyph: Glyph?
  var text: SafeText
  var role: Role

  /// Makes a piece.
  init(_ text: SafeText, _ role: Role = .text, glyph: Glyph? = nil) {
    self.glyph = glyph
    self.text = text
    self.role = role
  }

  /// The width in cells.
  var columns: Int {
    let text = Surface.columns(text)
    return glyph == nil ? text : text == 0 ? 1 : text + 2
  }
}

/// One line of text on the screen.
struct Line: Hashable, Sendable {
  var spans: [Span]

  /// Makes a line of pieces.
  init(_ spans: [Span] = []) { self.spans = spans }
  /// Makes a line of one piece.
  init(_ text: SafeText, _ role: Role = .text) { spans = [Span(text, role)] }

  /// The text without roles.
  var plain: String { spans.map(\.text.text).joined() }
}

/// Breaks text into lines, between words where possible.
enum Wrap {
  /// The lines of a text: at least one, none wider than `width` unless that is less than 1.
  static func lines(_ text: SafeText, width: Int) -> [SafeText] {
    guard width > 0, Surface.columns(text) > width else { return [text] }
    var lines: [String] = []
    var line = ""
    var used = 0
    for word in text.text.split(separator: " ", omittingEmptySubsequences: false) {
      let columns = Surface.columns(SafeText(word))
      if !line.isEmpty, used + 1 + columns > width {
        lines.append(line)
        (line, used) = ("", 0)
      }
      if !line.isEmpty {
        line += " "
        used += 1
      }
      for piece in pieces(String(word), columns: columns, width: width) {
        if used > 0, used + piece.columns > width {
          lines.append(line)
          (line, used) = ("", 0)
        }
        line += piece.text
        used += piece.columns
      }
    }
    lines.append(line)
    return lines.map { SafeText($0) }
  }

  /// Cuts a word that is wider than a line.
  private static func pieces(
    _ word: String, columns: Int, width: Int
  ) -> [(text: String, columns: Int)] {
    guard columns > width else { return [(word, columns)] }
    var pieces: [(text: String, columns: Int)] = []
    var piece = ""
    var used = 0
    for character in word {
      let columns = Surface.columns(SafeText(String(character)))
      if used + columns > width, !piece.isEmpty {
        pieces.append((piece, used))
        (piece, used) = ("", 0)
      }
      piece.append(character)
      used += columns
    }
    pieces.append((piece, used))
    return pieces
  }
}

extension Surface {
  /// Writes a piece into a field of exactly this width.
  mutating func write(
    _ span: Span, at point: Point, width: Int, align: Alignment = .leading, ellipsis: Glyph?
  ) {
    guard let glyph = span.glyph, width > 0 else {
      write(
        span.text, at: point, width: width, role: span.role, align: align, ellipsis: ellipsis)
      return
    }
    fill(Rect(x: point.x, y: point.y, width: min(2, width), height: 1), role: span.role)
    put(glyph, at: point, role: span.role)
    write(
      span.text, at: Point(x: point.x + 2, y: point.y), width: width - 2, role: span.role,
      ellipsis: ellipsis)
  }

  /// Writes a line, cut at a width.
  mutating func write(_ line: Line, at point: Point, width: Int, ellipsis: Glyph? = nil) {
    var x = point.x
    let end = point.x + width
    for span in line.spans where x < end {
      let room = min(span.columns, end - x)
      write(span, at: Point(x: x, y: point.y), width: room, ellipsis: ellipsis)
      x += room
    }
  }
}
