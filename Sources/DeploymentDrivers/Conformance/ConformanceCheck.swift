import DeploymentEngine

/// How a check ends before it has passed.
enum CheckEnd: Error {
  case failed(String)
  case skipped(String)
}

/// One named claim about drivers, and how it is looked at.
struct ConformanceCheck: Sendable {
  let name: String
  let claim: String
  let body: @Sendable (ConformanceBench) async throws(CheckEnd) -> Void

  init(
    _ name: String, _ claim: String,
    body: @escaping @Sendable (ConformanceBench) async throws(CheckEnd) -> Void
  ) {
    self.name = name
    self.claim = claim
    self.body = body
  }

  /// Runs it, and removes what it has made.
  func outcome(on bench: ConformanceBench) async -> ConformanceResult.Outcome {
    var outcome = ConformanceResult.Outcome.passed
    do throws(CheckEnd) {
      try await body(bench)
    } catch {
      switch error {
      case .failed(let reason): outcome = .failed(SafeText(reason))
      case .skipped(let reason): outcome = .skipped(SafeText(reason))
      }
    }
    await bench.cleanUp()
    return outcome
  }

  /// Every check, in the order in which they run: what others rest on comes first.
  static let all =
    deploying + repeating + moving + readying + removing + cancelling + owning
    + telling + storing + publishing
}
