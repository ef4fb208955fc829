public import SafeTexts

/// A platform that makes things, as one entry of the configuration names it.
public protocol Provider: Sendable {
  /// What this provider offers to a pool, from the pool's own `service` parameters.
  func makeService(_ parameters: ParameterValues) throws(ParameterProblem) -> any Service
  /// How many deployments it can have in all; nil: as many as its limits allow.
  var capacity: Int? { get }
  /// Whether it can be reached now; nil: yes, else one sentence why not. Called by `dashboard
  /// check`.
  func problem() async -> SafeText?
  /// No call is made any more: what it keeps running for itself ends. Blocks for a few seconds at
  /// most.
  func retire()
}

extension Provider {
  /// As many as its limits allow.
  public var capacity: Int? { nil }
  /// It can be reached.
  public func problem() async -> SafeText? { nil }
  /// It keeps nothing running.
  public func retire() {}
}

/// A kind of provider: what a configuration calls `driver`.
public protocol Driver: Sendable {
  /// Its name in a configuration.
  var name: String { get }
  /// One sentence about what it makes.
  var help: String { get }
  /// The parameters that a provider of this kind takes.
  var providerParameters: [Parameter] { get }
  /// The parameters that a pool's `service` takes.
  var serviceParameters: [Parameter] { get }
  /// The provider of one entry of the configuration.
  func makeProvider(_ parameters: ParameterValues) throws(ParameterProblem) -> any Provider
}

extension Driver {
  /// None.
  public var providerParameters: [Parameter] { [] }
  /// None.
  public var serviceParameters: [Parameter] { [] }
}

/// One parameter of a driver: what a configuration may say, and what its documentation is made
/// from.
public struct Parameter: Hashable, Sendable {
  /// What a value must be.
  public enum Kind: Hashable, Sendable {
    /// true or false
    case bool
    /// A whole number in a range.
    case integer(ClosedRange<Int>)
    /// A number in a range.
    case number(ClosedRange<Double>)
    /// Any text.
    case text
    /// One of these texts.
    case choice([String])
    /// A length of time with its unit.
    case duration
    /// A list of texts; with `of`, only these.
    case list(of: [String]?)
    /// Texts by name.
    case map
    /// Whole numbers by name (one of `keys`).
    case numbers(keys: [String])
    /// A list of sections with these keys; none of them is of this kind.
    case rows([Parameter])
  }

  /// Its name in a configuration.
  public let name: String
  /// What its value must be.
  public let kind: Kind
  /// Whether it must be there.
  public let isRequired: Bool
  /// The default as it would be written; nil: none.
  public let defaultText: String?
  /// The default as a value; nil: none.
  public let defaultValue: ParameterValue?
  /// One sentence about what it does.
  public let help: String

  /// A parameter from its parts.
  ///
  /// - Parameters:
  ///   - name: its name in a configuration.
  ///   - kind: which values it takes.
  ///   - isRequired: whether a configuration without it is refused.
  ///   - defaultText: as it would be written in a configuration; only for kinds that are written as
  ///     one text.
  ///   - help: one sentence about what it does.
  public init(
    _ name: String, _ kind: Kind, isRequired: Bool = false, default defaultText: String? = nil,
    _ help: String
  ) {
    self.name = name
    self.kind = kind
    self.isRequired = isRequired
    self.defaultText = defaultText
    self.defaultValue = defaultText.flatMap { kind.value(parsing: $0) }
    self.help = help
  }
}

/// A parameter that cannot be what it is.
public struct ParameterProblem: Error, Hashable, Sendable {
  /// Which one.
  public var parameter: String
  /// What is wrong, and what is allowed.
  public var sentence: SafeText
  /// A problem with a parameter.
  public init(_ parameter: String, _ sentence: SafeText) {
    self.parameter = parameter
    self.sentence = sentence
  }
}
