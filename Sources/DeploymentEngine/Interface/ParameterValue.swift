/// A checked value of a driver's parameter.
public enum ParameterValue: Hashable, Codable, Sendable {
  /// A Boolean.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// A number.
  case number(Double)
  /// A text.
  case text(String)
  /// A duration.
  case duration(TimeSpan)
  /// A list of texts.
  case list([String])
  /// Texts by name, in the order of the file.
  case map([Pair])
  /// A list of sections, each with values of other kinds by name.
  case rows([ParameterValues])

  /// One entry of a map.
  public struct Pair: Hashable, Codable, Sendable {
    /// The entry's name.
    public var key: String
    /// The entry's value.
    public var value: String
    /// An entry.
    public init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }
}

/// A driver's parameters by name.
public typealias ParameterValues = [String: ParameterValue]
