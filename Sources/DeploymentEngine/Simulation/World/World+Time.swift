import DeploymentEngine
package import DeploymentInterface

extension World {
  /// Moves both clocks.
  package func moveClocks(by span: TimeSpan) {
    elapsed = elapsed + span
    driver.resources.now = elapsed
    now = EngineTime(moment: now.moment + span, utc: now.utc + span)
  }

  /// Moves only the wall clock, as NTP, a user or daylight saving time do.
  package func jumpWallClock(by span: TimeSpan) {
    noteFault(.clock)
    putForward = putForward + max(.zero, span)
    now = EngineTime(moment: now.moment, utc: now.utc + span)
  }

  /// Handles all events that are due now.
  package func drain() {
    for _ in 0..<10_000 {
      if let flight = flights.first(where: { ($0.due ?? .never) <= now.moment }) {
        comeBack(flight, with: flight.answer)
      } else if let flight = dueInventory {
        comeBack(flight)
      } else if let wake = engine.nextWake, wake <= now.moment, !storeFails {
        step(.tick)
      } else {
        return
      }
    }
    complain(.liveness, "events at one instant do not end")
  }

  /// Lets a span of time pass, and handles all events that are due in it.
  package func run(for span: TimeSpan) {
    let end = now.moment + span
    drain()
    while let next = nextEvent, next <= end, complaints.isEmpty, !storeFails {
      moveClocks(by: next - now.moment)
      drain()
    }
    moveClocks(by: end - now.moment)
    drain()
  }

  /// Lets time pass until the engine is idle, at most for `limit`.
  package func settle(within limit: TimeSpan = .hours(12)) {
    let end = now.moment + limit
    drain()
    while !engine.isIdle, complaints.isEmpty, !storeFails {
      guard let next = nextEvent, next <= end else {
        return complain(.liveness, "not settled within \(limit): \(open)")
      }
      moveClocks(by: next - now.moment)
      drain()
    }
  }

  /// A call that is due.
  package var dueFlight: Flight? { flights.first { ($0.due ?? .never) <= now.moment } }

  /// The time of the next event; nil if nothing is due.
  package var nextEvent: Moment? {
    var next = engine.nextWake ?? .never
    for flight in flights { if let due = flight.due, due < next { next = due } }
    for flight in inventoryFlights { if let due = flight.due, due < next { next = due } }
    return next == .never ? nil : next
  }

  private var open: String {
    let open = engine.deployments.filter { $0.exists && $0.phase != .usable(nil) }
    return open.map { "\($0.id) \($0.phase)" }.joined(separator: ", ")
      + engine.pools.map { " \($0.name): \($0.plan)" }.joined()
  }
}

extension Moment {
  /// Later than any other moment.
  package static let never = Moment(milliseconds: .max)
}
