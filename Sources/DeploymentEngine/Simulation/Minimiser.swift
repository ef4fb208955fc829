extension Simulation {
  /// The command that repeats the run.
  package var command: String {
    var words = "dashboard simulate --seed \(seed) --preset \(preset.rawValue)"
    if days != 1 { words += " --days \(days)" }
    if let steps { words += " --steps \(steps)" }
    for kind in FaultClass.allCases where without.contains(kind) {
      words += " --without \(kind.rawValue)"
    }
    return words
  }

  /// A shorter run that fails by the same checker: faults stop earlier, and classes of faults are
  /// left out. Nil if the run does not fail.
  package func minimised() -> (Simulation, Result)? {
    var best = self
    var found = run()
    guard let checker = found.complaint?.checker else { return nil }
    func fails(_ candidate: Simulation) -> Bool {
      let result = candidate.run()
      guard result.complaint?.checker == checker else { return false }
      (best, found) = (candidate, result)
      return true
    }
    var shorter = best
    shorter.steps = found.steps
    _ = fails(shorter)
    for kind in FaultClass.allCases where !without.contains(kind) {
      var candidate = best
      candidate.without.insert(kind)
      _ = fails(candidate)
    }
    var cut = (best.steps ?? found.steps) / 2
    while cut > 0 {
      var candidate = best
      candidate.steps = max(1, (best.steps ?? found.steps) - cut)
      if !fails(candidate) { cut /= 2 }
      if candidate.steps == 1 { break }
    }
    return (best, found)
  }
}
