import DeploymentInterface
import SafeTexts

/// How a check ends before it has passed.
package enum CheckEnd: Error {
  case failed(String)
  case skipped(String)
}

/// A named claim, and the code that checks it with a runner.
package struct NamedCheck<Runner: Sendable>: Sendable {
  package typealias Body = @Sendable (Runner) async throws(CheckEnd) -> Void
  package let name: String
  let claim: String
  let body: Body

  package init(_ name: String, _ claim: String, body: @escaping Body) {
    self.name = name
    self.claim = claim
    self.body = body
  }

  package func result(on runner: Runner) async -> ConformanceResult {
    let start = ContinuousClock.now
    var outcome = ConformanceResult.Outcome.passed
    do throws(CheckEnd) {
      try await body(runner)
    } catch {
      switch error {
      case .failed(let reason): outcome = .failed(SafeText(reason))
      case .skipped(let reason): outcome = .skipped(SafeText(reason))
      }
    }
    let time = start.duration(to: .now).milliseconds
    return .init(name: name, claim: claim, outcome: outcome, time: .milliseconds(time))
  }
}

/// The rules that every driver must follow.
enum ConformanceCheck {
  typealias Claim = NamedCheck<ConformanceRunner>

  /// All checks, in the order in which they run: basic ones come first.
  static let all: [Claim] =
    deploying + repeating + moving + readying + removing + cancelling + owning
    + telling + storing + publishing
}
