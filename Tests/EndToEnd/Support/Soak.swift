import Basics

/// What a test of the real thing is told from outside: `make soak` repeats them with seeds of its
/// own, and lets each of them try more than `make test` does.
enum Soak {
  /// `DASHBOARD_SOAK` is set: time does not matter so much.
  static let isOn = Environment.value("DASHBOARD_SOAK") != nil

  /// One figure for `make test`, another for `make soak`.
  static func choose<Value>(_ short: Value, soak long: Value) -> Value { isOn ? long : short }

  /// Chance of `DASHBOARD_TEST_SEED`, else of a new seed, which is printed.
  static func chance(of test: String) -> (seed: UInt64, chance: SplitMix64) {
    let given = Environment.value("DASHBOARD_TEST_SEED").flatMap(UInt64.init)
    let seed = given ?? .random(in: 0...UInt64.max)
    print("\(test): DASHBOARD_TEST_SEED=\(seed)")
    return (seed, SplitMix64(seed: seed))
  }
}
