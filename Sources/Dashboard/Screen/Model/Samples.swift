import DeploymentEngine
import DeploymentInterface

/// One figure a minute of the last quarter of an hour, for the small charts; bounded.
struct Samples: Hashable, Sendable {
  /// Minutes that are kept, the running one included.
  static let length = 15

  /// The figures of each pool, oldest first; the last one is of the running minute.
  private(set) var ofPool: [PoolID: [Int]] = [:]
  private var minute: Int64?

  /// Takes down what the pools show now. Minutes that nobody looked at hold what was there before
  /// them.
  mutating func take(_ pools: [Pool], at time: EngineTime) {
    let now = time.moment.milliseconds / 60_000
    let passed = max(0, min(Int64(Self.length), now - (minute ?? now)))
    minute = now
    for pool in pools {
      var line = ofPool[pool.id] ?? []
      if let last = line.last { line += Array(repeating: last, count: Int(passed)) }
      if line.isEmpty { line = [0] }
      line[line.count - 1] = pool.counts.assigned
      ofPool[pool.id] = Array(line.suffix(Self.length))
    }
    if ofPool.count > pools.count {
      let known = Set(pools.map(\.id))
      ofPool = ofPool.filter { known.contains($0.key) }
    }
  }

  /// The line of one pool, or the sum of all.
  func line(_ pool: PoolID?) -> [Int] {
    if let pool { return ofPool[pool] ?? [] }
    let lines = ofPool.values
    let longest = lines.map(\.count).max() ?? 0
    return (0..<longest).map { place in
      lines.reduce(0) { sum, line in
        let shifted = place - (longest - line.count)
        return shifted >= 0 ? sum + line[shifted] : sum
      }
    }
  }
}
