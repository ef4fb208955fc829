import Yams

/// A value of a YAML file with its line. Scalars are read by whoever knows what they must be:
/// YAML's own guesses (`no` is false, `1:30` is ninety) are not made.
struct YAMLValue {
  private let node: Node

  init(_ node: Node) { self.node = node }

  /// The line, from 1.
  var line: Int { node.mark?.line ?? 1 }

  /// The text of a scalar.
  var text: String? { node.scalar?.string }

  /// The text of a scalar without quotes: only such a one can be a number, a switch or nothing.
  var plainText: String? {
    guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else {
      return nil
    }
    return scalar.string
  }

  /// Nothing was written: as if the key were not there.
  var isNothing: Bool { plainText.map { ["", "~", "null"].contains($0.lowercased()) } ?? false }

  /// The items of a list.
  var list: [YAMLValue]? { node.sequence.map { $0.map(YAMLValue.init) } }

  /// The entries of a section, those of merged ones (`<<`) after its own.
  var section: YAMLSection? { node.mapping.map(YAMLSection.init) }
}

/// The entries of a YAML mapping in the order of the file.
struct YAMLSection {
  /// One key with its value.
  struct Entry {
    let key: String
    let line: Int
    let value: YAMLValue
  }

  /// Sections that one section may merge, those merged by these included; more is a mistake or an
  /// attack.
  static let mergeLimit = 100

  /// The line on which it begins, from 1.
  let line: Int
  /// Its entries.
  let entries: [Entry]

  /// A section without entries.
  init(line: Int) {
    self.line = line
    self.entries = []
  }

  init(_ mapping: Node.Mapping) {
    var entries: [Entry] = []
    var waiting = [mapping]
    var merges = 0
    while !waiting.isEmpty, merges <= Self.mergeLimit {
      let next = waiting.removeFirst()
      merges += 1
      for (key, value) in next {
        let name = key.scalar?.string ?? ""
        if name == "<<", key.scalar?.style == .plain {
          waiting +=
            value.sequence.map { $0.compactMap(\.mapping) } ?? [value.mapping].compactMap(\.self)
        } else if !entries.contains(where: { $0.key == name }) {
          let line = key.mark?.line ?? mapping.mark?.line ?? 1
          entries.append(Entry(key: name, line: line, value: YAMLValue(value)))
        }
      }
    }
    self.line = mapping.mark?.line ?? 1
    self.entries = entries
  }

  /// The entry of a key.
  subscript(key: String) -> Entry? { entries.first { $0.key == key } }
}
