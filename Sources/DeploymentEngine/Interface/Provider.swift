public import SafeTexts

/// A platform on which deployments are made: one entry of the configuration.
public protocol Provider: Sendable {
  /// Makes the service of a pool from the pool's `service` parameters.
  func makeService(_ parameters: ParameterValues) throws(ParameterProblem) -> any Service
  /// The maximum number of deployments; nil if only its limits apply.
  var capacity: Int? { get }
  /// Why it cannot be reached now, in one sentence; nil if it can. Called by `dashboard check`.
  func problem() async -> SafeText?
  /// Stops its background work after the last call. May block for a few seconds.
  func retire()
}

extension Provider {
  /// Only its limits apply.
  public var capacity: Int? { nil }
  /// It can be reached.
  public func problem() async -> SafeText? { nil }
  /// It has no background work.
  public func retire() {}
}

/// A kind of provider: a `driver` of the configuration.
public protocol Driver: Sendable {
  /// Its name in a configuration.
  var name: String { get }
  /// One sentence about its deployments.
  var help: String { get }
  /// The parameters of a provider of this kind.
  var providerParameters: [Parameter] { get }
  /// The parameters of a pool's `service`.
  var serviceParameters: [Parameter] { get }
  /// Makes the provider of one entry of the configuration.
  func makeProvider(_ parameters: ParameterValues) throws(ParameterProblem) -> any Provider
}

extension Driver {
  /// None.
  public var providerParameters: [Parameter] { [] }
  /// None.
  public var serviceParameters: [Parameter] { [] }
}

/// A parameter of a driver. It describes what a configuration may contain; the documentation is
/// generated from it.
public struct Parameter: Hashable, Sendable {
  /// The kind of a value.
  public enum Kind: Hashable, Sendable {
    /// `true` or `false`.
    case bool
    /// A whole number in a range.
    case integer(ClosedRange<Int>)
    /// A number in a range.
    case number(ClosedRange<Double>)
    /// Any text.
    case text
    /// One of these texts.
    case choice([String])
    /// A duration with its unit.
    case duration
    /// A list of texts; with `of`, only these.
    case list(of: [String]?)
    /// Texts by name.
    case map
    /// Whole numbers by name (one of `keys`).
    case numbers(keys: [String])
    /// A list of sections with these keys, which must not be `rows` themselves.
    case rows([Parameter])
  }

  /// Its name in a configuration.
  public let name: String
  /// The kind of its value.
  public let kind: Kind
  /// Whether a configuration must give it.
  public let isRequired: Bool
  /// The default as it would be written; nil if there is none.
  public let defaultText: String?
  /// The default as a value; nil if there is none.
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

/// An error about the value of a parameter.
public struct ParameterProblem: Error, Hashable, Sendable {
  /// The name of the parameter.
  public var parameter: String
  /// What is wrong, and what is allowed.
  public var sentence: SafeText
  /// A problem with a parameter.
  public init(_ parameter: String, _ sentence: SafeText) {
    self.parameter = parameter
    self.sentence = sentence
  }
}
