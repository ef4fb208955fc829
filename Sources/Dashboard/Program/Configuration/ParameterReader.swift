import DeploymentEngine
import DeploymentInterface

/// Reads a driver's own parameters as the driver describes them.
enum ParameterReader {
  /// The values that are there and right; everything else is reported in `fields`.
  static func read(_ parameters: [Parameter], from fields: inout Fields) -> ParameterValues {
    var values: ParameterValues = [:]
    for parameter in parameters {
      if let value = read(parameter, from: &fields) {
        values[parameter.name] = value
      } else if parameter.isRequired, fields.value(parameter.name) == nil {
        fields.report(nil, "\(fields.place) needs `\(parameter.name)`: \(parameter.help)")
      }
    }
    return values
  }

  private static func read(_ parameter: Parameter, from fields: inout Fields) -> ParameterValue? {
    let name = parameter.name
    switch parameter.kind {
    case .bool: return fields.bool(name).map(ParameterValue.bool)
    case .integer(let range): return fields.integer(name, in: range).map(ParameterValue.integer)
    case .number(let range): return fields.number(name, in: range).map(ParameterValue.number)
    case .text: return fields.text(name).map(ParameterValue.text)
    case .choice(let allowed):
      return fields.text(name, oneOf: allowed).map(ParameterValue.text)
    case .duration: return fields.duration(name).map(ParameterValue.duration)
    case .list(let allowed): return fields.texts(name, of: allowed).map(ParameterValue.list)
    case .map: return fields.textsByName(name).map(ParameterValue.map)
    case .numbers(let keys): return fields.numbersByName(name, keys).map(ParameterValue.map)
    case .rows(let parameters):
      return fields.rows(name, of: parameters).map(ParameterValue.rows)
    }
  }
}

extension Fields {
  /// One of these texts.
  fileprivate mutating func text(_ key: String, oneOf allowed: [String]) -> String? {
    guard let text = text(key) else { return nil }
    if allowed.contains(text) { return text }
    report(key, Wording.notOneOf(key, text, allowed))
    return nil
  }

  /// A list of texts, with `allowed` only of these.
  fileprivate mutating func texts(_ key: String, of allowed: [String]?) -> [String]? {
    guard value(key) != nil else { return nil }
    let before = problems.count
    var texts: [String] = []
    for item in items(key) {
      guard let text = item.text else {
        report(line: item.line, "each item of `\(key)` must be a text, not \(item.shape)")
        continue
      }
      if let allowed, !allowed.contains(text) {
        report(line: item.line, Wording.notOneOf(key, text, allowed))
      }
      texts.append(text)
    }
    return problems.count == before ? texts : nil
  }

  /// Texts by name.
  fileprivate mutating func textsByName(_ key: String) -> [ParameterValue.Pair]? {
    guard var child = nested(key) else { return nil }
    let pairs = child.allEntries().compactMap { entry in
      child.text(entry.key).map { ParameterValue.Pair(entry.key, $0) }
    }
    report(child.problems)
    return child.problems.isEmpty ? pairs : nil
  }

  /// A list of sections, each with these keys.
  fileprivate mutating func rows(_ key: String, of parameters: [Parameter]) -> [ParameterValues]? {
    guard value(key) != nil else { return nil }
    let before = problems.count
    var rows: [ParameterValues] = []
    for (index, item) in items(key).enumerated() {
      guard let section = item.section else {
        report(line: item.line, "each item of `\(key)` must be a section, not \(item.shape)")
        continue
      }
      let place = "item \(index + 1) of `\(key)` of \(self.place)"
      var child = Fields(section, file: file, place: place)
      rows.append(ParameterReader.read(parameters, from: &child))
      child.finish()
      report(child.problems)
    }
    return problems.count == before ? rows : nil
  }

  /// Whole numbers by name, written as texts.
  fileprivate mutating func numbersByName(
    _ key: String, _ keys: [String]
  ) -> [ParameterValue.Pair]? {
    guard var child = nested(key) else { return nil }
    let pairs = keys.compactMap { name in
      child.integer(name, in: 0...1_000_000).map { ParameterValue.Pair(name, String($0)) }
    }
    child.finish()
    report(child.problems)
    return child.problems.isEmpty ? pairs : nil
  }
}
