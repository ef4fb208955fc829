import Yams

/// A value of a YAML file with its line. The caller interprets scalars, as it knows their type;
/// YAML's own guesses (`no` is false, `1:30` is ninety) are not used.
struct YAMLValue {
  private let node: Node

  init(_ node: Node) { self.node = node }

  /// The line, from 1.
  var line: Int { node.mark?.line ?? 1 }

  /// The text of a scalar.
  var text: String? { node.scalar?.string }

  /// The text of an unquoted scalar: only that can be a number, a switch or null.
  var plainText: String? {
    guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else {
      return nil
    }
    return scalar.string
  }

  /// Whether the value is null, which counts as an absent key.
  var isNothing: Bool { plainText.map { ["", "~", "null"].contains($0.lowercased()) } ?? false }

  /// The items of a list.
  var list: [YAMLValue]? { node.sequence.map { $0.map(YAMLValue.init) } }

  /// The entries of a section, followed by those of merged sections (`<<`).
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

  /// The number of sections that one section may merge, directly and indirectly; more is a mistake
  /// or an attack.
  static let mergeLimit = 100

  /// The line on which the section begins, from 1.
  let line: Int
  /// The entries.
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
