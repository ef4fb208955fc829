import DeploymentInterface

extension Simulation {
  /// Runs to the end or the first violation. `tell` receives a line for each event as it happens.
  package func run(tell: ((String) -> Void)? = nil) -> Result {
    var result = play(tell)
    guard let complaint = result.complaint, tell == nil else { return result }
    // Runs again, now with a trace: the first run keeps none, which is faster.
    var failureTrace = FailureTrace(of: complaint.deployment)
    _ = play { failureTrace.add($0) }
    result.failureTrace = failureTrace.lines
    return result
  }

  private func play(_ tell: ((String) -> Void)?) -> Result {
    let run = SimulatedRun(self)
    run.world.records = false
    if let tell { run.world.follow(tell) }
    while run.advance() {}
    return run.result
  }
}

/// The last events of a deployment, or of the world, as lines.
private struct FailureTrace {
  private let word: String?
  private(set) var lines: [String] = []

  init(of deployment: DeploymentID?) { word = deployment.map { "\($0)" } }

  mutating func add(_ line: String) {
    guard word == nil || line.split(separator: " ").contains(where: { $0 == word ?? "" }) else {
      return
    }
    lines.append(line)
    if lines.count > 40 { lines.removeFirst() }
  }
}

extension TimeSpan {
  /// Day and time of day since the world's start, to the millisecond.
  package var asClock: String {
    func padded(_ number: Int64, _ width: Int) -> String {
      let digits = "\(number)"
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let (day, rest) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
    let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60)
    return "day \(day + 1) \(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))."
      + padded(rest % 1000, 3)
  }
}
