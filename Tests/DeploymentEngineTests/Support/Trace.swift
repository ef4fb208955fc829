import DeploymentEngine

/// A digest of everything that an engine wanted, comparable within one process.
struct Trace: Hashable {
  private(set) var digest = 0
  private(set) var steps = 0

  mutating func add(_ outcome: Outcome) {
    var hasher = Hasher()
    hasher.combine(digest)
    hasher.combine(outcome)
    digest = hasher.finalize()
    steps += 1
  }
}
