import Basics
import DeploymentInterface
import SafeTexts

/// The operation that a simulated thing is busy with; the part that deployments and publications
/// share.
struct SimulatedWork: Codable, Sendable {
  /// What a draw depends on besides the seed.
  struct Subject {
    let name: String
    let id: Int64
  }

  /// The running operation, or the one that failed: a retry goes on where it stood.
  private(set) var operation: SimulatedOperation?
  private var done = 0
  /// Draws so far. Stored, so that trying again draws anew, and a call repeated after a crash does
  /// not.
  private var draws: UInt64 = 0
  private(set) var pause = TimeSpan.seconds(1)
  private var total = 0

  var progress: Progress? { operation == nil ? nil : .init(done: done, of: max(total, 1)) }

  /// Starts an operation, or goes on with it when it had been started already.
  mutating func start(
    _ next: SimulatedOperation, _ plan: SimulatedPlan, _ subject: Subject
  ) async -> TaskState {
    if operation != next {
      operation = next
      done = 0
      total = plan.steps(of: next)
    }
    if let failure = await refusal(of: next, plan) { return failure }
    if done < total { return run(plan, subject) }
    if next.makes, fails(plan, subject) { return fail(plan) }
    return finish()
  }

  /// Takes one step of the running operation.
  mutating func check(_ plan: SimulatedPlan, _ subject: Subject) async -> TaskState {
    guard operation != nil else {
      return .error(.init(.permanent, "checkState was called while no operation is running"))
    }
    if let failure = await refusal(of: .checkState, plan) { return failure }
    if fails(plan, subject) { return fail(plan) }
    done += 1
    return done < total ? run(plan, subject) : finish()
  }

  private mutating func finish() -> TaskState {
    operation = nil
    return .finished
  }

  private mutating func run(_ plan: SimulatedPlan, _ subject: Subject) -> TaskState {
    let swing = plan.jitter * (2 * draw(plan, subject) - 1)
    let milliseconds = (Double(plan.stepTime.milliseconds) * (1 + swing)).rounded()
    pause = .milliseconds(max(1, Int64(milliseconds)))
    return .running
  }

  /// The answer of an operation that is configured to hang (there is none) or to fail.
  private mutating func refusal(
    of called: SimulatedOperation, _ plan: SimulatedPlan
  ) async -> TaskState? {
    if plan.hang.contains(called.rawValue) {
      // Nobody resumes it, and nothing but its own frame waits in it: no thread is held.
      await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
    }
    return plan.failing.contains(called.rawValue) ? fail(plan) : nil
  }

  private func fail(_ plan: SimulatedPlan) -> TaskState {
    .error(DeploymentFailure(plan.failureClass, plan.reason))
  }

  private mutating func fails(_ plan: SimulatedPlan, _ subject: Subject) -> Bool {
    plan.failure > 0 && draw(plan, subject) < plan.failure
  }

  private mutating func draw(_ plan: SimulatedPlan, _ subject: Subject) -> Double {
    draws += 1
    var generator = SplitMix64(
      seed: plan.seed, subject.name, UInt64(bitPattern: subject.id), draws)
    return generator.unit()
  }
}
