import SafeTexts

/// A driver's parameters, checked against what the driver says about them, with the defaults filled
/// in.
///
/// The defaults are read from the same texts that documentation shows, so that the two cannot
/// differ. For the drivers of this package.
package struct ParameterReader {
  private let values: ParameterValues
  private let parameters: [Parameter]

  /// Checks the values; the first problem by name is thrown.
  package init(
    _ values: ParameterValues, of owner: String, parameters: [Parameter]
  ) throws(ParameterProblem) {
    self.values = values
    self.parameters = parameters
    for name in values.keys.sorted() where !parameters.contains(where: { $0.name == name }) {
      throw .init(name, Self.unknown(name, owner, parameters))
    }
    for parameter in parameters {
      guard let value = values[parameter.name] else {
        if parameter.isRequired { throw .init(parameter.name, "\(owner) needs \(parameter.name)") }
        continue
      }
      if let wrong = parameter.kind.problem(with: value) {
        throw .init(parameter.name, SafeText("\(parameter.name) \(wrong)"))
      }
    }
  }

  private static func unknown(_ name: String, _ owner: String, _ known: [Parameter]) -> SafeText {
    if known.isEmpty { return SafeText("\(owner) has no parameters, so \(name) means nothing") }
    let names = known.map(\.name).joined(separator: ", ")
    return SafeText("\(owner) has no parameter \(name); it has \(names)")
  }

  /// Whether it was written, rather than left to its default.
  package func isGiven(_ name: String) -> Bool { values[name] != nil }

  package func bool(_ name: String) -> Bool {
    if case .bool(let value) = self[name] { value } else { false }
  }
  package func integer(_ name: String) -> Int {
    if case .integer(let value) = self[name] { value } else { 0 }
  }
  package func number(_ name: String) -> Double {
    switch self[name] {
    case .number(let value): value
    case .integer(let value): Double(value)
    default: 0
    }
  }
  package func text(_ name: String) -> String? {
    if case .text(let value) = self[name] { value } else { nil }
  }
  package func duration(_ name: String) -> TimeSpan {
    if case .duration(let value) = self[name] { value } else { .zero }
  }
  package func list(_ name: String) -> [String] {
    if case .list(let value) = self[name] { value } else { [] }
  }
  package func map(_ name: String) -> [ParameterValue.Pair] {
    if case .map(let value) = self[name] { value } else { [] }
  }
  package func rows(_ name: String) -> [ParameterValues] {
    if case .rows(let value) = self[name] { value } else { [] }
  }
  package func numbers(_ name: String) -> [String: Int] {
    Dictionary(map(name).map { ($0.key, Int($0.value) ?? 0) }) { _, last in last }
  }

  private subscript(name: String) -> ParameterValue? {
    values[name] ?? parameters.first { $0.name == name }?.defaultValue
  }
}

extension Parameter {
  /// The default as a value; nil: none.
  var defaultValue: ParameterValue? {
    guard let text = defaultText else { return nil }
    return switch kind {
    case .bool: .bool(text == "true")
    case .integer: Int(text).map { .integer($0) }
    case .number: Double(text).map { .number($0) }
    case .text, .choice: .text(text)
    case .duration: TimeSpan(parsing: text).map { .duration($0) }
    case .list, .map, .numbers, .rows: nil
    }
  }
}

extension Parameter.Kind {
  /// What is wrong with a value, to be read after the parameter's name; nil: nothing.
  func problem(with value: ParameterValue) -> String? {
    switch (self, value) {
    case (.bool, .bool), (.text, .text), (.duration, .duration), (.map, .map),
      (.rows, .rows):
      nil
    case (.integer(let range), .integer(let number)):
      range.contains(number) ? nil : "must be \(allowed), and is \(number)"
    case (.number(let range), .number(let number)):
      range.contains(number) ? nil : "must be \(allowed), and is \(number)"
    case (.number(let range), .integer(let number)):
      range.contains(Double(number)) ? nil : "must be \(allowed), and is \(number)"
    case (.choice(let choices), .text(let text)):
      choices.contains(text) ? nil : "must be \(allowed), and is \(text)"
    case (.list(let choices), .list(let texts)):
      texts.first { choices?.contains($0) == false }.map { "must be \(allowed), and holds \($0)" }
    case (.numbers(let keys), .map(let pairs)): Self.problem(with: pairs, keys: keys)
    default: "must be \(allowed)"
    }
  }

  private static func problem(with pairs: [ParameterValue.Pair], keys: [String]) -> String? {
    for pair in pairs {
      guard keys.contains(pair.key) else {
        return "may name \(keys.joined(separator: ", ")), and names \(pair.key)"
      }
      guard let number = Int(pair.value), counts.contains(number) else {
        return "must give \(pair.key) \(wholeNumber(counts)), and gives \(pair.value)"
      }
    }
    return nil
  }

  private static let counts = 0...1_000_000
  private static func wholeNumber(_ range: ClosedRange<Int>) -> String {
    if range.upperBound == Int.max { return "a whole number, at least \(range.lowerBound)" }
    return "a whole number from \(range.lowerBound) to \(range.upperBound)"
  }

  /// `1` instead of `1.0`.
  private static func short(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? String(number)
  }

  private static func alternatives(_ choices: [String]) -> String {
    let last = choices.last ?? ""
    let others = choices.dropLast().joined(separator: ", ")
    return others.isEmpty ? last : "\(others) or \(last)"
  }

  /// What is allowed, in words.
  package var allowed: String {
    switch self {
    case .bool: "true or false"
    case .integer(let range): Self.wholeNumber(range)
    case .number(let range):
      "a number from \(Self.short(range.lowerBound)) to \(Self.short(range.upperBound))"
    case .text: "a text"
    case .choice(let choices): Self.alternatives(choices)
    case .duration: "a length of time with its unit, such as 50ms, 30s, 10m or 1h"
    case .list(let choices):
      choices.map { "a list of " + $0.joined(separator: ", ") } ?? "a list of texts"
    case .map: "texts by name"
    case .numbers(let keys): "whole numbers by name (\(keys.joined(separator: ", ")))"
    case .rows(let parameters):
      "a list of sections with \(parameters.map(\.name).joined(separator: ", "))"
    }
  }
}
