import DeploymentEngine

extension World {
  /// Lets everything happen that is due at this instant.
  func drain() {
    for _ in 0..<10_000 {
      if let flight = flights.first(where: { ($0.due ?? .never) <= now.moment }) {
        comeBack(flight, with: flight.answer)
      } else if let wake = engine.nextWake, wake <= now.moment {
        step(.tick)
      } else {
        return
      }
    }
    complain("something goes on and on at one instant")
  }

  /// Lets this much time pass, with everything that is due in it.
  func run(for span: TimeSpan) {
    let end = now.moment + span
    drain()
    while let next = nextEvent, next <= end, complaints.isEmpty {
      moveClocks(by: next - now.moment)
      drain()
    }
    moveClocks(by: end - now.moment)
    drain()
  }

  /// Lets time pass until the engine says that nothing is left to do; at most so long.
  func settle(within limit: TimeSpan = .hours(12)) {
    let end = now.moment + limit
    drain()
    while !engine.isIdle, complaints.isEmpty {
      guard let next = nextEvent, next <= end else {
        return complain("not settled within \(limit): \(open)")
      }
      moveClocks(by: next - now.moment)
      drain()
    }
  }

  /// When the next thing happens by itself.
  var nextEvent: Moment? {
    [flights.compactMap(\.due).min(), engine.nextWake].compactMap(\.self).min()
  }

  private var open: String {
    let open = engine.deployments.filter { $0.exists && $0.phase != .usable(nil) }
    return open.map { "\($0.id) \($0.phase)" }.joined(separator: ", ")
      + engine.pools.map { " \($0.name): \($0.plan)" }.joined()
  }
}

extension Moment {
  /// Later than everything.
  static let never = Moment(milliseconds: .max)
}
