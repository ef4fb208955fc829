import DeploymentInterface
import SafeTexts

/// Reads the keys of one section, and records which were read and every problem.
///
/// An invalid value is reported and replaced by its default, so that one pass finds every problem
/// of a file.
struct Fields {
  /// The file, for messages.
  let file: String
  /// The section's description in sentences: "pool `lab`".
  let place: String
  /// The problems so far.
  private(set) var problems: [ConfigurationProblem] = []
  private let section: YAMLSection
  private var known: [String] = []
  private var acceptsAnyKey = false

  init(_ section: YAMLSection, file: String, place: String) {
    self.section = section
    self.file = file
    self.place = place
  }

  /// The line on which the section begins, from 1.
  var line: Int { section.line }

  /// The line of a key, or of the section if the key is absent.
  func line(of key: String) -> Int { section[key]?.line ?? section.line }

  /// The value of a key; nil if it is absent or empty.
  mutating func value(_ key: String) -> YAMLValue? {
    if !known.contains(key) { known.append(key) }
    guard let value = section[key]?.value, !value.isNothing else { return nil }
    return value
  }

  /// Reports a problem with a key's value, or with the section.
  mutating func report(_ key: String?, _ sentence: String) {
    let line = key.map(line(of:)) ?? section.line
    problems.append(.init(file: file, line: line, SafeText(sentence)))
  }

  /// Reports problems found in a part of this section.
  mutating func report(_ others: [ConfigurationProblem]) { problems += others }

  /// Disables the check for unknown keys, if the valid ones are not known.
  mutating func acceptAnyKey() { acceptsAnyKey = true }

  /// All entries, for a section whose keys are names.
  mutating func allEntries() -> [YAMLSection.Entry] {
    acceptsAnyKey = true
    return section.entries
  }

  /// Reports unknown keys; must be called last.
  mutating func finish() {
    guard !acceptsAnyKey else { return }
    for entry in section.entries where !known.contains(entry.key) {
      let sentence = Wording.unknownKey(entry.key, in: place, known)
      problems.append(.init(file: file, line: entry.line, SafeText(sentence)))
    }
  }
}

extension Fields {
  /// A section within this one; nil if it is absent or not a section.
  mutating func nested(_ key: String, place: String? = nil) -> Fields? {
    guard let value = value(key) else { return nil }
    guard let section = value.section else {
      report(key, "`\(key)` of \(self.place) must be a section with keys, not \(value.shape)")
      return nil
    }
    return Fields(section, file: file, place: place ?? "`\(key)` of \(self.place)")
  }

  /// The items of a list; empty if it is absent or not a list.
  mutating func items(_ key: String) -> [YAMLValue] {
    guard let value = value(key) else { return [] }
    if let list = value.list { return list }
    report(key, "`\(key)` must be a list, with `- ` before each item, not \(value.shape)")
    return []
  }

  /// Reads a text.
  mutating func text(_ key: String) -> String? {
    guard let value = value(key) else { return nil }
    if let text = value.text { return text }
    report(key, "`\(key)` must be a text, not \(value.shape)")
    return nil
  }

  /// Reads one of the values of an enumeration.
  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, default fallback: Choice
  ) -> Choice where Choice.RawValue == String {
    choice(key) ?? fallback
  }

  /// Reads one of the values of an enumeration; nil if it is absent or wrong.
  mutating func choice<Choice: RawRepresentable & CaseIterable>(_ key: String) -> Choice?
  where Choice.RawValue == String {
    guard let text = text(key) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    report(key, Wording.notOneOf(key, text, Choice.allCases.map(\.rawValue)))
    return nil
  }

  /// Reads a scalar; nil if it is absent or wrong.
  mutating func scalar(_ key: String, _ kind: Parameter.Kind) -> ParameterValue? {
    guard let value = value(key) else { return nil }
    let parsed: ParameterValue?
    switch kind {
    case .text, .choice:
      guard let text = text(key) else { return nil }
      parsed = .text(text)
    case .duration: parsed = value.text.flatMap { kind.value(parsing: $0) }
    case .bool, .integer, .number, .list, .map, .numbers, .rows:
      // A quoted value is a text.
      parsed = value.plainText.flatMap { kind.value(parsing: $0) }
    }
    let read = parsed ?? .text(value.shown)
    guard let sentence = kind.problem(with: read, as: key, written: value.shown) else {
      return read
    }
    report(key, sentence)
    return nil
  }

  /// Reads true or false.
  mutating func bool(_ key: String) -> Bool? {
    if case .bool(let value)? = scalar(key, .bool) { value } else { nil }
  }

  /// Reads a whole number in a range.
  mutating func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
    if case .integer(let number)? = scalar(key, .integer(range)) { number } else { nil }
  }

  /// Reads a number in a range.
  mutating func number(_ key: String, in range: ClosedRange<Double>) -> Double? {
    if case .number(let number)? = scalar(key, .number(range)) { number } else { nil }
  }

  /// Reads a duration with its unit.
  mutating func duration(_ key: String, allowsZero: Bool = true) -> TimeSpan? {
    guard case .duration(let span)? = scalar(key, .duration) else { return nil }
    if span > .zero || allowsZero { return span }
    report(
      key, "`\(key): \(value(key)?.shown ?? "")` must be more than zero, for example 30s"
    )
    return nil
  }

  /// Reads a duration, or `off`; the outer nil: the key is absent or wrong.
  mutating func switchableDuration(_ key: String, allowsZero: Bool = true) -> TimeSpan?? {
    guard let value = value(key) else { return nil }
    if value.text == "off" { return .some(nil) }
    guard let text = value.text, TimeSpan(parsing: text) == nil else {
      return duration(key, allowsZero: allowsZero)
    }
    report(key, Wording.notADuration(key, value.shown) + ", or off")
    return nil
  }
}

extension YAMLValue {
  /// The kind of the value, for a sentence about what it should be.
  var shape: String {
    if list != nil { return "a list" }
    return section == nil ? "`\(shown)`" : "a section"
  }

  /// The text, short enough for a sentence.
  var shown: String {
    guard let text else { return list == nil ? "…" : "[…]" }
    return text.count > 40 ? text.prefix(39) + "…" : text
  }
}
