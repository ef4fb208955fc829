import SafeTexts

/// A driver's parameters, checked against their descriptions, with the defaults filled in.
///
/// A driver reads the arguments of `makeProvider` and `makeService` with it. A name that is not
/// described, or is described as another kind, reads as if it was not given.
public struct ParameterReader: Sendable {
  private let values: ParameterValues
  private let parameters: [Parameter]

  /// Checks the values, and throws the first problem: unknown names first, then in the order of the
  /// parameters.
  ///
  /// - Parameter owner: the owner of the parameters, for messages: `a folder provider`.
  public init(
    _ values: ParameterValues, of owner: String, parameters: [Parameter]
  ) throws(ParameterProblem) {
    self.values = values
    self.parameters = parameters
    let known = parameters.map(\.name)
    for name in values.keys.sorted() where !known.contains(name) {
      let place = "the parameters of \(owner)"
      throw .init(name, SafeText(Wording.unknownKey(name, in: place, known)))
    }
    for parameter in parameters {
      guard let value = values[parameter.name] else {
        guard parameter.isRequired else { continue }
        throw .init(parameter.name, SafeText(Wording.missing(parameter, in: owner)))
      }
      if let sentence = parameter.kind.problem(with: value, as: parameter.name) {
        throw .init(parameter.name, SafeText(sentence))
      }
    }
  }

  /// Whether it was given, rather than left to its default.
  public func isGiven(_ name: String) -> Bool { values[name] != nil }

  /// A Boolean; false if there is neither a value nor a default.
  public func bool(_ name: String) -> Bool {
    if case .bool(let value) = self[name] { value } else { false }
  }
  /// A whole number in the parameter's range; 0 if there is neither a value nor a default.
  public func integer(_ name: String) -> Int {
    if case .integer(let value) = self[name] { value } else { 0 }
  }
  /// A number in the parameter's range; 0 if there is neither a value nor a default.
  public func number(_ name: String) -> Double {
    switch self[name] {
    case .number(let value): value
    case .integer(let value): Double(value)
    default: 0
    }
  }
  /// A text or a choice; nil if there is neither a value nor a default.
  public func text(_ name: String) -> String? {
    if case .text(let value) = self[name] { value } else { nil }
  }
  /// A duration, never negative; zero if there is neither a value nor a default.
  public func duration(_ name: String) -> TimeSpan {
    if case .duration(let value) = self[name] { value } else { .zero }
  }
  /// A list of texts; empty if none was given.
  public func list(_ name: String) -> [String] {
    if case .list(let value) = self[name] { value } else { [] }
  }
  /// Texts by name, in the order of the file; empty if none was given.
  public func map(_ name: String) -> [ParameterValue.Pair] {
    if case .map(let value) = self[name] { value } else { [] }
  }
  /// Sections, each for a reader of its own; empty if none was given.
  public func rows(_ name: String) -> [ParameterValues] {
    if case .rows(let value) = self[name] { value } else { [] }
  }
  /// Whole numbers by name, at least 0; empty if none was given.
  public func numbers(_ name: String) -> [String: Int] {
    Dictionary(map(name).map { ($0.key, Int($0.value) ?? 0) }) { _, last in last }
  }

  private subscript(name: String) -> ParameterValue? {
    values[name] ?? parameters.first { $0.name == name }?.defaultValue
  }
}

extension Parameter.Kind {
  /// The value of a text, for kinds that are written as one text; nil if it is invalid or the kind
  /// is a list or a section. Ranges are not checked.
  package func value(parsing text: String) -> ParameterValue? {
    switch self {
    case .bool:
      switch text.lowercased() {
      case "true", "yes", "on": .bool(true)
      case "false", "no", "off": .bool(false)
      default: nil
      }
    case .integer: Int(text).map { .integer($0) }
    case .number: Double(text).flatMap { $0.isFinite ? .number($0) : nil }
    case .text, .choice: .text(text)
    case .duration: TimeSpan(parsing: text).map { .duration($0) }
    case .list, .map, .numbers, .rows: nil
    }
  }

  /// The problem of a value, as a sentence with the parameter's name; nil if it is valid.
  ///
  /// - Parameter written: the text in the file, if it is known; by default it is derived from the
  ///   value.
  package func problem(
    with value: ParameterValue, as name: String, written: String? = nil
  ) -> String? {
    let shown = "`\(name): \(written ?? value.written)`"
    switch (self, value) {
    case (.bool, .bool), (.text, .text), (.map, .map), (.rows, .rows): return nil
    case (.integer(let range), .integer(let number)):
      return range.contains(number) ? nil : "\(shown) is out of range; \(Wording.from(range))"
    case (.number(let range), .number(let number)):
      return range.contains(number) ? nil : "\(shown) is out of range; \(Wording.from(range))"
    case (.number(let range), .integer(let number)):
      let isAllowed = range.contains(Double(number))
      return isAllowed ? nil : "\(shown) is out of range; \(Wording.from(range))"
    case (.choice(let choices), .text(let text)):
      return choices.contains(text) ? nil : Wording.notOneOf(name, text, choices)
    case (.duration, .duration(let span)):
      return span > Wording.longest
        ? "\(shown) is too long; the maximum is 3650d" : nil
    case (.list(let choices), .list(let texts)):
      guard let choices, let wrong = texts.first(where: { !choices.contains($0) }) else {
        return nil
      }
      return Wording.notOneOf(name, wrong, choices)
    case (.numbers(let keys), .map(let pairs)):
      return pairs.lazy.compactMap { Self.problem(with: $0, of: name, keys) }.first
    case (.bool, _): return "\(shown) must be true or false"
    case (.integer(let range), _): return "\(shown) is not a whole number; \(Wording.from(range))"
    case (.number(let range), _): return "\(shown) is not a number; \(Wording.from(range))"
    case (.duration, _): return Wording.notADuration(name, written ?? value.written)
    case (.text, _), (.choice, _): return "`\(name)` must be a text, not \(value.shape)"
    case (.list, _), (.rows, _):
      return "`\(name)` must be a list, each item after a `- `, not \(value.shape)"
    case (.map, _), (.numbers, _):
      return "`\(name)` must be a section of keys, not \(value.shape)"
    }
  }

  private static func problem(
    with pair: ParameterValue.Pair, of name: String, _ keys: [String]
  ) -> String? {
    guard keys.contains(pair.key) else {
      return Wording.unknownKey(pair.key, in: "`\(name)`", keys)
    }
    let value = Int(pair.value).map { ParameterValue.integer($0) } ?? .text(pair.value)
    return Parameter.Kind.integer(counts).problem(with: value, as: pair.key)
  }

  /// The range of a number of `numbers`.
  package static let counts = 0...1_000_000
  private static func wholeNumber(_ range: ClosedRange<Int>) -> String {
    if range.upperBound == Int.max { return "a whole number, at least \(range.lowerBound)" }
    return "a whole number from \(range.lowerBound) to \(range.upperBound)"
  }

  private static func alternatives(_ choices: [String]) -> String {
    let last = choices.last ?? ""
    let others = choices.dropLast().joined(separator: ", ")
    return others.isEmpty ? last : "\(others) or \(last)"
  }

  /// The allowed values in words.
  package var allowed: String {
    switch self {
    case .bool: "true or false"
    case .integer(let range): Self.wholeNumber(range)
    case .number(let range):
      "a number from \(Wording.short(range.lowerBound)) to \(Wording.short(range.upperBound))"
    case .text: "a text"
    case .choice(let choices): Self.alternatives(choices)
    case .duration: "a duration such as 50ms, 30s, 10m or 1h"
    case .list(let choices):
      choices.map { "a list of " + $0.joined(separator: ", ") } ?? "a list of texts"
    case .map: "texts by name"
    case .numbers(let keys): "whole numbers by name (\(keys.joined(separator: ", ")))"
    case .rows(let parameters):
      "a list of sections with \(parameters.map(\.name).joined(separator: ", "))"
    }
  }
}
