public import DeploymentInterface
public import SafeTexts

/// A suite of named checks for any `Service`: the rules that every driver must follow.
///
/// The checks do what the engine does: they make one call at a time on one deployment, decode the
/// stored data before each, and repeat starts on old data, as after a crash. What the interface
/// does not show they learn from `ConformanceFixture`; checks that need more than it offers are
/// skipped.
public struct Conformance: Sendable {
  private let fixture: ConformanceFixture

  /// Creates a suite for the fixture's service.
  public init(_ fixture: ConformanceFixture) { self.fixture = fixture }

  /// The name and the claim of each check, in the order in which they run.
  public static var checks: [(name: String, claim: String)] {
    ConformanceCheck.all.map { ($0.name, $0.claim) }
  }

  /// Runs the checks one after another, and removes what each has created. If the task is
  /// cancelled, the run ends after the current check.
  ///
  /// - Parameters:
  ///   - names: the checks to run; nil: all.
  ///   - progress: called with each result as soon as it is known.
  public func run(
    only names: Set<String>? = nil,
    progress: @Sendable (ConformanceResult) -> Void = { _ in }
  ) async -> ConformanceReport {
    let runner = ConformanceRunner(fixture)
    var results: [ConformanceResult] = []
    for check in ConformanceCheck.all where names?.contains(check.name) ?? true {
      if Task.isCancelled { break }
      let result = await check.result(on: runner)
      await runner.cleanUp()
      results.append(result)
      progress(result)
    }
    await runner.end()
    return ConformanceReport(results: results)
  }
}

/// The service under test, and access to its platform for the checks. Only the service is required;
/// checks that need something that is missing are skipped.
public struct ConformanceFixture: Sendable {
  /// The service, with parameters by which deployments succeed.
  public var service: any Service
  /// The engine's mark on what is created; nothing else may use it while the checks run.
  public var owner: String
  /// Returns the identity of the deployment with this number; different for each number.
  public var identity: @Sendable (Int64) -> Identity
  /// Returns how many external resources exist with this owner, number and identity.
  public var count: (@Sendable (ConformanceResource) async throws -> Int)?
  /// Removes the external resource behind the driver's back.
  public var vanish: (@Sendable (ConformanceResource) async throws -> Void)?
  /// Creates resources that have our names but not our mark.
  public var foreign: ForeignResource?
  /// The same kind of service, with parameters by which every deploy fails permanently.
  public var failing: (any Service)?
  /// The time limit for one call.
  public var callLimit: TimeSpan = .seconds(30)
  /// The time limit for one operation, from its start to its end.
  public var operationLimit: TimeSpan = .minutes(5)
  /// The maximum number of simultaneous deployments; at least 2.
  public var atOnce = 4

  /// Creates a fixture with the names `kit-1`, `kit-2` … and without access to the platform.
  public init(_ service: any Service, owner: String) {
    self.service = service
    self.owner = owner
    identity = { Identity(name: "kit-\($0)") }
  }
}

/// An external resource, as the engine knows it.
public struct ConformanceResource: Hashable, Sendable {
  /// The mark of the engine that created it.
  public var owner: String
  /// The deployment's number.
  public var id: Int64
  /// The deployment's identity.
  public var identity: Identity

  /// Creates a resource from its parts.
  public init(owner: String, id: Int64, identity: Identity) {
    self.owner = owner
    self.id = id
    self.identity = identity
  }
}

/// Manages resources that somebody else created on the same platform under our names.
public struct ForeignResource: Sendable {
  /// Creates a resource with this identity but without our mark.
  public var make: @Sendable (Identity) async throws -> Void
  /// Whether that resource still exists, unchanged.
  public var exists: @Sendable (Identity) async throws -> Bool
  /// Removes it.
  public var remove: @Sendable (Identity) async throws -> Void

  /// Creates a value from its parts.
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

/// The result of one check.
public struct ConformanceResult: Hashable, Sendable {
  /// How a check can end.
  public enum Outcome: Hashable, Sendable {
    /// The claim holds.
    case passed
    /// The claim does not hold; contains what happened instead.
    case failed(SafeText)
    /// The check could not run; contains the reason.
    case skipped(SafeText)
  }
  /// The check's name.
  public var name: String
  /// The claim, as a sentence.
  public var claim: String
  /// How it ended.
  public var outcome: Outcome
  /// How long it took.
  public var time: TimeSpan

  /// Creates a result from its parts.
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

/// The results of all checks.
public struct ConformanceReport: Hashable, Sendable {
  /// One result for each check, in the order in which they ran.
  public var results: [ConformanceResult]

  /// Creates a report from its results.
  public init(results: [ConformanceResult]) { self.results = results }

  /// The failed checks, one line each: `name: reason`.
  public var failures: [String] { lines("failed") }
  /// The skipped checks, one line each: `name: reason`.
  public var skips: [String] { lines("skipped") }

  private func lines(_ word: String) -> [String] {
    results.filter { $0.word == word }.map { "\($0.name): \($0.reason ?? "")" }
  }
}

extension Duration {
  /// The duration in whole milliseconds.
  var milliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }
}
