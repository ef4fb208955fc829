import Basics
import DeploymentEngine
import DeploymentInterface
import EngineStore
import Posix
import SafeTexts

extension BlockingExecutor {
  /// Runs the calls of all drivers in this process.
  static let drivers = BlockingExecutor(named: "driver", limit: 256)
}

/// Runs driver calls outside the engine's thread, each with a deadline and at most one at a time on
/// a deployment.
///
/// A call that hangs occupies only its own slot. It is cancelled at its deadline; whether and when
/// it returns is up to the driver.
final class CallRunner: Sendable {
  /// A call with everything that it needs.
  struct Order: Sendable {
    var call: Call
    var registered: ServiceRegistry.Registered
    /// The owner tag that drivers put on external resources.
    var owner: String
    /// Receives the result.
    var deliver: @Sendable (CallResult) -> Void
  }

  private struct Flight {
    var task: Task<Void, Never>
    var deadline: Moment
    var isCancelled = false
  }
  private struct State {
    var flights: [CallTarget: Flight] = [:]
    /// Calls that begin when a call of a previous engine on the same target has returned.
    var waiting: [CallTarget: Order] = [:]
    /// The earliest deadline of a flight that is not cancelled.
    var earliest: Moment?
  }
  private let state = Mutex(State())
  private let clock: EngineClock

  init(clock: EngineClock) { self.clock = clock }

  /// Number of calls that have not returned.
  var count: Int { state.withLock { $0.flights.count } }

  /// The earliest deadline.
  var nextDeadline: Moment? { state.withLock { $0.earliest } }

  func make(_ order: Order) {
    let deadline = clock.now.moment + order.call.timeLimit
    order.registered.provider.beginCall()
    let replaced = state.withLock { state -> Order? in
      if state.flights[order.call.subject] == nil {
        begin(order, deadline, &state)
        return nil
      }
      return state.waiting.updateValue(order, forKey: order.call.subject)
    }
    replaced?.registered.provider.endCall()
  }

  /// Cancels the calls that are past their deadline.
  func cancelOverdue(at now: Moment) {
    let overdue = state.withLock { state -> [Task<Void, Never>] in
      guard let earliest = state.earliest, earliest <= now else { return [] }
      var overdue: [Task<Void, Never>] = []
      state.earliest = nil
      for (subject, flight) in state.flights where !flight.isCancelled {
        if flight.deadline <= now {
          state.flights[subject]?.isCancelled = true
          overdue.append(flight.task)
        } else {
          state.earliest = min(state.earliest ?? flight.deadline, flight.deadline)
        }
      }
      return overdue
    }
    for task in overdue { task.cancel() }
  }

  /// Cancels all calls and drops the waiting ones.
  func cancelAll() {
    let (tasks, dropped) = state.withLock { state in
      let dropped = state.waiting.values.map(\.registered.provider)
      state.waiting = [:]
      state.earliest = nil
      for subject in state.flights.keys { state.flights[subject]?.isCancelled = true }
      return (state.flights.values.map(\.task), dropped)
    }
    for provider in dropped { provider.endCall() }
    for task in tasks { task.cancel() }
  }

  private func begin(_ order: Order, _ deadline: Moment, _ state: inout sending State) {
    let task = Task.detached(executorPreference: BlockingExecutor.drivers) { [self] in
      let outcome = await order.registered.service.perform(order.call, owner: order.owner)
      ended(order, outcome)
    }
    state.flights[order.call.subject] = Flight(task: task, deadline: deadline)
    state.earliest = min(state.earliest ?? deadline, deadline)
  }

  private func ended(_ order: Order, _ outcome: CallResult) {
    let subject = order.call.subject
    let wasCancelled = state.withLock { state -> Bool in
      let flight = state.flights.removeValue(forKey: subject)
      if let next = state.waiting.removeValue(forKey: subject) {
        begin(next, clock.now.moment + next.call.timeLimit, &state)
      }
      return flight?.isCancelled ?? false
    }
    order.registered.provider.endCall()
    order.deliver(wasCancelled ? outcome.afterDeadline(order.call) : outcome)
  }
}

extension CallResult {
  /// The result of a call that returned after its deadline. An error probably comes from the
  /// cancellation, so the outcome is unknown; any other answer is valid.
  fileprivate func afterDeadline(_ call: Call) -> CallResult {
    guard case .error = answer else { return self }
    var outcome = self
    outcome.answer = .error(.init(.unknown, call.overdue))
    return outcome
  }
}

extension Call {
  /// The error of a call that is past its deadline.
  var overdue: SafeText {
    let method =
      switch task {
      case .start(let kind): kind.word
      case .check: "checkState"
      case nil: "a notice"
      }
    return "\(method) did not answer within \(timeLimit.spoken)"
  }
}
