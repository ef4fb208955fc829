import Basics
import DeploymentInterface
import SafeTexts

/// The current operation of a simulated deployment or publication.
struct SimulatedWork: Codable, Sendable {
  /// The inputs of a random number besides the seed.
  struct Subject {
    let name: String
    let id: Int64
  }

  /// The running operation, or the one that failed: a retry resumes where it stopped.
  private(set) var operation: SimulatedOperation?
  private var done = 0
  /// The number of draws so far. It is stored, so that a retry draws a new number but a call
  /// repeated after a crash draws the same.
  private var draws: UInt64 = 0
  private(set) var pause = TimeSpan.seconds(1)
  private var total = 0

  var progress: Progress? { operation == nil ? nil : .init(done: done, of: max(total, 1)) }

  /// Starts an operation, or resumes it if it was started before.
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

  /// The failure of an operation that is configured to fail; never returns if it is to hang.
  private mutating func refusal(
    of called: SimulatedOperation, _ plan: SimulatedPlan
  ) async -> TaskState? {
    if plan.hang.contains(called.rawValue) {
      // Never resumed. A suspended task occupies no thread.
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
