import Basics
import DeploymentEngine
import DeploymentInterface
import EngineStore
import Posix
import SafeTexts

extension BlockingExecutor {
  /// What drivers run on, for all engines of the process.
  static let drivers = BlockingExecutor(named: "driver", limit: 256)
}

/// Makes driver calls beside the engine, each with a deadline, and never two at once on one
/// deployment.
///
/// A call that hangs keeps its own slot and nothing else. It is cancelled at its deadline;
/// whether and when it comes back is up to the driver.
final class CallRunner: Sendable {
  /// A call to be made, with what it needs.
  struct Order: Sendable {
    var call: Call
    var registered: ServiceRegistry.Registered
    /// The engine's mark on what drivers make.
    var owner: String
    /// Takes what comes of it.
    var deliver: @Sendable (CallResult) -> Void
  }

  private struct Flight {
    var task: Task<Void, Never>
    var deadline: Moment
    var isCancelled = false
  }
  private struct State {
    var flights: [CallTarget: Flight] = [:]
    /// Made as soon as what an engine before this one left running on the same subject has come
    /// back.
    var waiting: [CallTarget: Order] = [:]
    /// No flight is due before this.
    var earliest: Moment?
  }
  private let state = Mutex(State())
  private let clock: EngineClock

  init(clock: EngineClock) { self.clock = clock }

  /// Calls that have not come back.
  var count: Int { state.withLock { $0.flights.count } }

  /// When the next call is over its time.
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

  /// Cancels the calls whose time is over.
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

  /// Cancels all calls, and makes none that waits.
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
    order.deliver(wasCancelled ? outcome.late(order.call) : outcome)
  }
}

extension CallResult {
  /// What came back after its time. An error then tells of the cancellation rather than of the
  /// thing outside, so nobody knows whether the call worked; any other answer is true as it is.
  fileprivate func late(_ call: Call) -> CallResult {
    guard case .error = answer else { return self }
    var outcome = self
    outcome.answer = .error(.init(.unknown, call.overdue))
    return outcome
  }
}

extension Call {
  /// Says that it is over its time.
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
