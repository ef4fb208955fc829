/// Measures how long something takes, more than once, because one figure says nothing.
enum Stopwatch {
  /// One run.
  static func time(_ work: () throws -> Void) rethrows -> Duration {
    try ContinuousClock().measure(work)
  }

  /// How often something can be done in a second: the median of several windows.
  ///
  /// - Parameters:
  ///   - window: how long each window is.
  ///   - count: what one call of `work` counts for.
  static func rate(
    windows: Int = 5, window: Duration = .milliseconds(300), count: Double = 1,
    _ work: () throws -> Void
  ) rethrows -> Spread {
    var rates: [Double] = []
    for _ in 0..<windows {
      var done = 0.0
      let start = ContinuousClock.now
      var spent = Duration.zero
      repeat {
        try work()
        done += count
        spent = ContinuousClock.now - start
      } while spent < window
      rates.append(done / spent.seconds)
    }
    return Spread(rates)
  }
}

/// Several figures of the same thing.
struct Spread {
  let sorted: [Double]

  init(_ figures: [Double]) { sorted = figures.sorted() }

  var median: Double { sorted[sorted.count / 2] }
  var lowest: Double { sorted[0] }
  var highest: Double { sorted[sorted.count - 1] }
  /// The figure below which so many of a hundred lie.
  func percentile(_ part: Int) -> Double {
    sorted[min(sorted.count - 1, sorted.count * part / 100)]
  }
}

extension Duration {
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
  var milliseconds: Double { seconds * 1000 }
}
