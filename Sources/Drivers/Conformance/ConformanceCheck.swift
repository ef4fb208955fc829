import DeploymentInterface
import SafeTexts

/// How a check ends before it has passed.
package enum CheckEnd: Error {
  case failed(String)
  case skipped(String)
}

/// One named claim, and how it is looked at from a bench.
package struct NamedCheck<Bench: Sendable>: Sendable {
  package typealias Body = @Sendable (Bench) async throws(CheckEnd) -> Void
  package let name: String
  let claim: String
  let body: Body

  package init(_ name: String, _ claim: String, body: @escaping Body) {
    self.name = name
    self.claim = claim
    self.body = body
  }

  package func result(on bench: Bench) async -> ConformanceResult {
    let start = ContinuousClock.now
    var outcome = ConformanceResult.Outcome.passed
    do throws(CheckEnd) {
      try await body(bench)
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

/// What any driver must keep.
enum ConformanceCheck {
  typealias Claim = NamedCheck<ConformanceRunner>

  /// Every check, in the order in which they run: what others rest on comes first.
  static let all: [Claim] =
    deploying + repeating + moving + readying + removing + cancelling + owning
    + telling + storing + publishing
}
