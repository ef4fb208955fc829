import DeploymentInterface
import SafeTexts

/// The operations that the parameters of a simulated service may contain.
enum SimulatedOperation: String, CaseIterable, Codable, Sendable {
  case deployForCache, deployForUser, checkState, moveToCache, setReady, notifyReadyFromOSManager
  case cancel, destroy, publish

  static let names = allCases.map(\.rawValue)
  /// The operations that can take steps; `checkState` is a step itself.
  static let stepped = allCases.filter { $0 != .checkState }.map(\.rawValue)

  /// Whether `steps` applies to it.
  var makes: Bool { self == .deployForCache || self == .deployForUser || self == .publish }
}

/// The behaviour of a simulated service, from its parameters.
struct SimulatedPlan: Sendable {
  let steps: Int
  let stepTime: TimeSpan
  let jitter: Double
  let failure: Double
  let failing: Set<String>
  let failureClass: FailureClass
  let reason: SafeText
  let hang: Set<String>
  let cacheLevels: CacheLevels
  let publishes: Bool
  let waitsForOS: Bool
  let seed: UInt64
  let stepsOf: [String: Int]

  init(_ values: ParameterValues) throws(ParameterProblem) {
    let reader = try ParameterReader(values, of: "simulated", parameters: Self.parameters)
    steps = reader.integer("steps")
    stepTime = reader.duration("stepTime")
    jitter = reader.number("jitter")
    failure = reader.number("failure")
    failing = Set(reader.list("failing"))
    failureClass = reader.text("class") == "transient" ? .transient : .permanent
    reason = SafeText(reader.text("reason") ?? "")
    hang = Set(reader.list("hang"))
    cacheLevels = try Self.cacheLevels(reader)
    publishes = reader.bool("publish")
    waitsForOS = reader.bool("osManager")
    seed = UInt64(reader.integer("seed"))
    stepsOf = reader.numbers("stepsOf")
    if stepTime < .milliseconds(1) {
      throw .init("stepTime", SafeText("stepTime must be at least 1ms, not \(stepTime)"))
    }
  }

  private static func cacheLevels(_ reader: ParameterReader) throws(ParameterProblem)
    -> CacheLevels
  {
    let levels = reader.text("cacheLevels").flatMap(CacheLevels.init(rawValue:)) ?? .l1
    guard reader.isGiven("l2") else { return levels }
    let wantsL2 = reader.bool("l2")
    if reader.isGiven("cacheLevels"), wantsL2 != (levels == .l1AndL2) {
      let sentence =
        "l2: \(wantsL2) contradicts cacheLevels: \(levels.rawValue); remove one of them"
      throw .init("l2", SafeText(sentence))
    }
    return wantsL2 ? .l1AndL2 : levels
  }

  /// The steps of an operation: the number of checks until it finishes.
  func steps(of operation: SimulatedOperation) -> Int {
    stepsOf[operation.rawValue] ?? (operation.makes ? steps : 0)
  }
}

extension SimulatedPlan {
  /// The parameters of a pool's `service`.
  static let parameters: [Parameter] = [
    .init(
      "steps", .integer(0...1_000_000), default: "0",
      "Checks until a deploy or a publication finishes; with 0 it finishes at once."),
    .init("stepTime", .duration, default: "1s", "Time between two checks, at least 1ms."),
    .init(
      "jitter", .number(0...1), default: "0",
      "Fraction of `stepTime` by which each pause varies."),
    .init(
      "failure", .number(0...1), default: "0",
      "Probability that a step fails; a deploy without steps counts as one step."),
    .init(
      "failing", .list(of: SimulatedOperation.names), "Operations that always fail."),
    .init(
      "class", .choice(["permanent", "transient"]), default: "permanent",
      "Whether failures are final or retried."),
    .init(
      "reason", .text, default: "the simulated platform refused", "The reason that failures give."),
    .init("hang", .list(of: SimulatedOperation.names), "Operations that never answer."),
    .init(
      "cacheLevels", .choice(CacheLevels.allCases.map(\.rawValue)), default: "L1",
      "The cache levels to offer."),
    .init("l2", .bool, "`true` is short for `cacheLevels: L1+L2`."),
    .init(
      "publish", .bool, default: "false",
      "Whether it clones from publications, which take `steps` checks, too."),
    .init(
      "osManager", .bool, default: "false",
      "Whether a deployment is ready only after `dashboard notify ready`."),
    .init(
      "seed", .integer(0...Int.max), default: "0",
      "Determines jitter and failures; the same seed gives the same run."),
    .init(
      "stepsOf", .numbers(keys: SimulatedOperation.stepped),
      "Steps per operation; by default 0, except for deploys and publications."),
  ]
}
