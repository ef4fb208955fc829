/// One cell of the screen: a character, its combining marks, and its style.
package struct Cell: Hashable, Sendable {
  /// The base character; in the second half of a wide one it is 0.
  package var scalar: UInt32 = 0x20
  package var marks = Marks()
  /// The columns of the character: 1 or 2; 0 in the second half of a wide one.
  package var width: UInt8 = 1
  package var role: Role = .text
  /// The style laid over the cell's own role: the cursor, a mark, a match, a dialog.
  package var overlay: Role?
  package var attributes: Attributes = []

  /// The combining characters on one base; at most `SafeText.combiningMarkLimit`, as terminals keep
  /// no more.
  package struct Marks: Hashable, Sendable {
    private var one: UInt32 = 0
    private var two: UInt32 = 0
    private var three: UInt32 = 0
    private var four: UInt32 = 0

    package var isEmpty: Bool { one == 0 }

    /// Adds a mark; a fifth is dropped.
    package mutating func append(_ scalar: UInt32) {
      if one == 0 {
        one = scalar
      } else if two == 0 {
        two = scalar
      } else if three == 0 {
        three = scalar
      } else if four == 0 {
        four = scalar
      }
    }

    /// The marks in the order in which they were appended.
    package var scalars: [UInt32] { [one, two, three, four].filter { $0 != 0 } }
  }

  package var isContinuation: Bool { width == 0 }
  package var isBlank: Bool { scalar == 0x20 && marks.isEmpty }

  /// The cell as text; nothing for the second half of a wide character.
  package var text: String {
    if isContinuation { return "" }
    var result = String.UnicodeScalarView()
    for value in [scalar] + marks.scalars {
      result.append(Unicode.Scalar(value) ?? "\u{fffd}")
    }
    return String(result)
  }
}
