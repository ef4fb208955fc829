import DeploymentEngine
import DeploymentInterface

/// Values of the last quarter of an hour, one a minute, for the small charts; bounded.
struct Samples: Hashable, Sendable {
  /// The number of minutes kept, including the current one.
  static let length = 15

  /// The values of each pool, oldest first; the last one is of the current minute.
  private(set) var ofPool: [PoolID: [Int]] = [:]
  private var minute: Int64?

  /// Records the current values. A minute without a record repeats the value before.
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

  /// The values of one pool, or the sums of all.
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
