import DeploymentEngine
import DeploymentInterface

extension Fields {
  /// Reads a driver's own parameters: returns the valid values, and reports everything else.
  mutating func parameters(_ parameters: [Parameter]) -> ParameterValues {
    var values: ParameterValues = [:]
    for parameter in parameters {
      if let value = self.value(of: parameter) {
        values[parameter.name] = value
      } else if parameter.isRequired, value(parameter.name) == nil {
        report(nil, Wording.missing(parameter, in: place))
      }
    }
    return values
  }

  private mutating func value(of parameter: Parameter) -> ParameterValue? {
    let name = parameter.name
    switch parameter.kind {
    case .bool, .integer, .number, .text, .choice, .duration:
      return scalar(name, parameter.kind)
    case .list(let allowed): return texts(name, of: allowed).map(ParameterValue.list)
    case .map: return textsByName(name).map(ParameterValue.map)
    case .numbers(let keys): return numbersByName(name, keys).map(ParameterValue.map)
    case .rows(let parameters):
      return rows(name, of: parameters).map(ParameterValue.rows)
    }
  }

  /// Reads a list of texts, restricted to `allowed` if that is given.
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

  /// Reads texts by name.
  fileprivate mutating func textsByName(_ key: String) -> [ParameterValue.Pair]? {
    guard var child = nested(key) else { return nil }
    let pairs = child.allEntries().compactMap { entry in
      child.text(entry.key).map { ParameterValue.Pair(entry.key, $0) }
    }
    report(child.problems)
    return child.problems.isEmpty ? pairs : nil
  }

  /// Reads a list of sections with these keys.
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
      rows.append(child.parameters(parameters))
      child.finish()
      report(child.problems)
    }
    return problems.count == before ? rows : nil
  }

  /// Reads whole numbers by name; the values are texts.
  fileprivate mutating func numbersByName(
    _ key: String, _ keys: [String]
  ) -> [ParameterValue.Pair]? {
    guard var child = nested(key) else { return nil }
    let pairs = keys.compactMap { name in
      child.integer(name, in: Parameter.Kind.counts).map { ParameterValue.Pair(name, String($0)) }
    }
    child.finish()
    report(child.problems)
    return child.problems.isEmpty ? pairs : nil
  }
}
