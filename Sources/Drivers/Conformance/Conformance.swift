public import DeploymentInterface
public import SafeTexts

/// What any driver must keep, as a suite of named checks that run over any `Service`.
///
/// The checks do what the engine does: one call at a time on one deployment, what the driver stored
/// decoded before each, starts repeated on old data as after a crash. What cannot be seen through
/// the interface they see through `ConformanceFixture`, and skip what they cannot see.
public struct Conformance: Sendable {
  private let ground: ConformanceFixture

  /// A suite over this service.
  public init(_ ground: ConformanceFixture) { self.ground = ground }

  /// The checks by name, with what each claims, in the order in which they run.
  public static var checks: [(name: String, claim: String)] {
    ConformanceCheck.all.map { ($0.name, $0.claim) }
  }

  /// Runs the checks one after another, and removes what each has made. A task that is cancelled
  /// ends with the check that is running.
  ///
  /// - Parameters:
  ///   - names: only these; nil: all.
  ///   - progress: told of each result as soon as it is known.
  public func run(
    only names: Set<String>? = nil,
    progress: @Sendable (ConformanceResult) -> Void = { _ in }
  ) async -> ConformanceReport {
    let bench = ConformanceRunner(ground)
    var results: [ConformanceResult] = []
    for check in ConformanceCheck.all where names?.contains(check.name) ?? true {
      if Task.isCancelled { break }
      let result = await check.result(on: bench)
      await bench.cleanUp()
      results.append(result)
      progress(result)
    }
    await bench.end()
    return ConformanceReport(results: results)
  }
}

/// The service under test, and what the checks may know of it besides its interface. Nothing but
/// the service is required; what is missing makes the checks that need it skip themselves.
public struct ConformanceFixture: Sendable {
  /// The service; its deployments must succeed.
  public var service: any Service
  /// The engine's mark on what is made: nobody else may use it while the checks run.
  public var owner: String
  /// The identity of the deployment with this number; never the same for two numbers.
  public var identity: @Sendable (Int64) -> Identity
  /// How many outside things exist with this owner, number and identity.
  public var count: (@Sendable (ConformanceResource) async throws -> Int)?
  /// Removes the outside thing behind the driver's back.
  public var vanish: (@Sendable (ConformanceResource) async throws -> Void)?
  /// Makes things that have our names and not our mark.
  public var stranger: ForeignResource?
  /// The same kind of service with parameters by which every deploy fails for good.
  public var failing: (any Service)?
  /// How long one call may take.
  public var callLimit: TimeSpan = .seconds(30)
  /// How long one operation may take, from its start to its end.
  public var operationLimit: TimeSpan = .minutes(5)
  /// How many deployments the checks may have at once; at least 2.
  public var atOnce = 4

  /// A ground with names `kit-1`, `kit-2` … and nothing else known.
  public init(_ service: any Service, owner: String) {
    self.service = service
    self.owner = owner
    identity = { Identity(name: "kit-\($0)") }
  }
}

/// One outside thing as the engine would know it.
public struct ConformanceResource: Hashable, Sendable {
  /// The mark of the engine that made it.
  public var owner: String
  /// The deployment's number.
  public var id: Int64
  /// The deployment's identity.
  public var identity: Identity

  /// A thing from what identifies it.
  public init(owner: String, id: Int64, identity: Identity) {
    self.owner = owner
    self.id = id
    self.identity = identity
  }
}

/// Somebody else on the same platform, who uses our names.
public struct ForeignResource: Sendable {
  /// Makes a thing with this identity that has no mark of ours.
  public var make: @Sendable (Identity) async throws -> Void
  /// Whether that thing is still there, untouched.
  public var exists: @Sendable (Identity) async throws -> Bool
  /// Removes it.
  public var remove: @Sendable (Identity) async throws -> Void

  /// A stranger from its parts.
  public init(
    make: @escaping @Sendable (Identity) async throws -> Void,
    exists: @escaping @Sendable (Identity) async throws -> Bool,
    remove: @escaping @Sendable (Identity) async throws -> Void
  ) {
    self.make = make
    self.exists = exists
    self.remove = remove
  }
}

/// What came of one check.
public struct ConformanceResult: Hashable, Sendable {
  /// How a check can end.
  public enum Outcome: Hashable, Sendable {
    /// What it claims is so.
    case passed
    /// It is not so; what was seen instead.
    case failed(SafeText)
    /// It could not be looked at; why.
    case skipped(SafeText)
  }
  /// The check's name.
  public var name: String
  /// What it claims, in a sentence.
  public var claim: String
  /// How it ended.
  public var outcome: Outcome
  /// How long it took.
  public var time: TimeSpan

  /// A result from its parts.
  public init(name: String, claim: String, outcome: Outcome, time: TimeSpan) {
    self.name = name
    self.claim = claim
    self.outcome = outcome
    self.time = time
  }

  /// `passed`, `failed` or `skipped`.
  public var word: String {
    switch outcome {
    case .passed: "passed"
    case .failed: "failed"
    case .skipped: "skipped"
    }
  }

  /// Why it failed or was skipped.
  public var reason: SafeText? {
    switch outcome {
    case .passed: nil
    case .failed(let reason), .skipped(let reason): reason
    }
  }
}

/// What came of all checks.
public struct ConformanceReport: Hashable, Sendable {
  /// One for each check that ran, in their order.
  public var results: [ConformanceResult]

  /// A report from its results.
  public init(results: [ConformanceResult]) { self.results = results }

  /// Those that failed, as lines for a person: `name: reason`.
  public var failures: [String] { lines("failed") }
  /// Those that were skipped, as lines for a person.
  public var skips: [String] { lines("skipped") }

  private func lines(_ word: String) -> [String] {
    results.filter { $0.word == word }.map { "\($0.name): \($0.reason ?? "")" }
  }
}

extension Duration {
  /// Whole milliseconds of it.
  var milliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }
}
