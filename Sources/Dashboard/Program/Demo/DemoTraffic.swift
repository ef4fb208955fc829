import Basics
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import Posix
import SafeTexts

/// Users of the demo who come, work for a while and go.
final class DemoTraffic: Sendable {
  private static let users: [SafeText] = ["ana", "luis", "eva", "noor", "kofi", "mei", "ivo"]
  /// Users that hold something at a time, at most.
  private static let limit = 5

  private let storePath: String
  private let thread = BlockingExecutor(named: "demo", limit: 1)
  private let isStopped = Mutex(false)
  private let bell = Semaphore()
  private let ended = Semaphore()

  init(storePath: String) { self.storePath = storePath }

  /// Lets them come; the same seed lets the same ones come.
  func start(seed: UInt64 = 2) {
    thread.run { [self] in
      var chance = SplitMix64(seed: seed)
      var number = 0
      while !isStopped.withLock({ $0 }) {
        let pause = Int64.random(in: 1500...4000, using: &chance)
        _ = bell.wait(atMost: .milliseconds(pause))
        guard !isStopped.withLock({ $0 }) else { break }
        number += 1
        // A store that is busy or not there yet is tried again the next time.
        try? step(number, &chance)
      }
      ended.signal()
    }
  }

  /// Lets no more come.
  func stop() {
    isStopped.withLock { $0 = true }
    bell.signal()
    _ = ended.wait(atMost: .seconds(1))
  }

  private func step(_ number: Int, _ chance: inout SplitMix64) throws(StoreFailure) {
    let snapshot = try StoreReader(path: storePath).snapshot()
    guard let verb = Self.next(snapshot.state, at: snapshot.now, &chance) else { return }
    let key = RequestKey("demo-\(number)-\(snapshot.now.milliseconds)")
    try RequestClient(path: storePath).submit(Request(key: key, actor: "demo", verb: verb))
  }

  /// What somebody does next: logs in to what was given, logs out after a while, gives it back, or
  /// comes.
  static func next(
    _ state: StoredState, at now: Timestamp, _ chance: inout SplitMix64
  ) -> Verb? {
    let held = state.deployments.filter {
      $0.placement.isAssigned && users.contains($0.placement.user ?? "") && $0.state == .usable
    }
    if let new = held.first(where: { $0.isLetIn && !$0.inUse && now - $0.stateSince < .seconds(9) }
    ),
      let user = new.placement.user
    {
      return .notify(new.uniqueId, .login(user))
    }
    let waiting =
      state.waiters.count
      + state.deployments.count { $0.placement.user != nil && !$0.phase.isHistory }
    let isBusy = waiting >= limit
    if isBusy || Int.random(in: 0..<3, using: &chance) == 0 {
      guard let old = held.randomElement(using: &chance) else { return nil }
      guard let user = old.loggedIn.first else { return .release(old.id) }
      return .notify(old.uniqueId, .logout(user))
    }
    let free = users.filter { user in
      !state.deployments.contains { $0.placement.user == user && !$0.phase.isHistory }
        && !state.waiters.contains { $0.user == user }
    }
    // Where the fewest are, so that there is something to see in each pool.
    let pools = state.pools.shuffled(using: &chance)
    guard let user = free.randomElement(using: &chance),
      let pool = pools.min(by: { $0.counts.assigned < $1.counts.assigned })
    else { return nil }
    return .assignFromPool(pool.name, user: user)
  }
}
