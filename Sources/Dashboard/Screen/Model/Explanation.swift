package import DeploymentEngine
package import DeploymentInterface
package import SafeTexts

/// Why something is in its state, and what happens next: for the Why tab and for `dashboard why`.
/// Pure.
package struct Explanation: Hashable, Sendable {
  /// One line of an explanation.
  package struct Line: Hashable, Sendable {
    /// The kind of a line.
    package enum Kind: String, Hashable, Sendable {
      /// The heading of a section.
      case heading
      /// A fact.
      case fact
      /// A condition that is met.
      case open
      /// A condition that is not met, and so blocks progress.
      case closed
      /// A future step.
      case next
    }
    package var kind: Kind
    package var text: SafeText
  }

  /// The lines, from the most important to the least.
  package private(set) var lines: [Line] = []

  /// An explanation without lines.
  init() {}

  mutating func head(_ text: SafeText) { lines.append(Line(kind: .heading, text: text)) }
  mutating func fact(_ text: SafeText) {
    if !text.isEmpty { lines.append(Line(kind: .fact, text: text)) }
  }
  mutating func next(_ text: SafeText) { lines.append(Line(kind: .next, text: text)) }
  mutating func gate(_ holds: Bool, _ yes: SafeText, else no: SafeText) {
    lines.append(Line(kind: holds ? .open : .closed, text: holds ? yes : no))
  }
  mutating func add(_ other: Explanation) { lines += other.lines }
}

/// The context of the explained object.
package struct Surroundings: Sendable {
  /// The time on both clocks.
  var now: EngineTime
  /// The time zone for shown times.
  var zone: Zone
  /// The pool, if it is known.
  var pool: Pool?
  /// The pool's configuration.
  var settings: PoolConfiguration?
  /// The pool's provider.
  var provider: ProviderRecord?
  /// The pool's publications, oldest first.
  var publications: [PublicationRecord] = []
  /// The number of existing deployments made from each revision.
  var uses: [Int: Int] = [:]
  /// The users who wait in the pool, in the order of the queue.
  var waiters: [WaitingUser] = []
  /// The sentence about the pool's calls that fail for now.
  var failing: SafeText?
  /// The users who are logged in to cached deployments of the pool.
  var usersInCache: [SafeText] = []

  /// A due time, formatted for people.
  func point(_ deadline: Deadline) -> String {
    ClockText.point(deadline.utc(at: now), now: now.utc, zone)
  }
  /// A past time, formatted for people.
  func point(_ time: Timestamp) -> String { ClockText.point(time, now: now.utc, zone) }
}

extension Explanation {
  /// Explains the object with this name: a pool, a deployment by its number or name, or a user.
  /// Returns nil if there is none.
  static func of(
    _ word: String, in state: StoredState, now: EngineTime, zone: Zone
  ) -> Explanation? {
    if let pool = state.pools.first(where: { $0.name.text == word }) {
      return of(pool, state.surroundings(of: pool.id, now, zone))
    }
    let id = DeploymentID(parsing: word)
    let named = state.deployments.filter { $0.id == id || $0.name.text == word }
    if let deployment = named.first(where: { !$0.phase.isHistory }) ?? named.last {
      return of(deployment, state.surroundings(of: deployment.pool, now, zone))
    }
    return of(user: SafeText(word), in: state, now: now, zone: zone)
  }

  /// Explains what a user holds and waits for; nil if that is nothing.
  package static func of(
    user: SafeText, in state: StoredState, now: EngineTime, zone: Zone
  ) -> Explanation? {
    var result = Explanation()
    let held = state.deployments.filter { deployment in
      guard !deployment.phase.isHistory, let holder = deployment.placement.user else {
        return false
      }
      return state.isSame(user, holder, in: deployment.pool)
    }
    let sorted = held.sorted { $0.id < $1.id }
    // What the user has now comes before what is being removed.
    for deployment in sorted.filter({ !$0.isLeaving }) + sorted.filter(\.isLeaving) {
      result.head("\(user) \(Self.holdingWords(deployment)) \(deployment.name)")
      result.add(of(deployment, state.surroundings(of: deployment.pool, now, zone)))
    }
    for waiter in state.waiters where state.isSame(user, waiter.user, in: waiter.pool) {
      result.addWait(waiter, state.surroundings(of: waiter.pool, now, zone))
    }
    return result.lines.isEmpty ? nil : result
  }

  private static func holdingWords(_ deployment: Deployment) -> String {
    guard deployment.placement.isAssigned else { return "waits for" }
    if deployment.isLeaving { return "had" }
    if deployment.wasLetIn || deployment.isLetIn { return "holds" }
    return deployment.state == .error ? "was to get" : "is to get"
  }

  /// Explains what happened last to a user who holds nothing and does not wait.
  package static func ofAbsent(
    user: SafeText, lately entries: [JournalEntry], now: EngineTime, zone: Zone
  ) -> Explanation {
    var result = Explanation()
    result.head("\(user) holds nothing and does not wait")
    for entry in entries {
      result.fact("\(ClockText.point(entry.at, now: now.utc, zone)): \(entry.message)")
    }
    return result
  }

  private mutating func addWait(_ waiter: WaitingUser, _ around: Surroundings) {
    let place = around.waiters.firstIndex { $0.user == waiter.user } ?? 0
    let name = around.pool?.name ?? "a pool"
    head("\(waiter.user) waits in \(name)")
    fact("place \(place + 1) of \(around.waiters.count) in the queue")
    for reason in waiter.promise.reasons { fact("one failed: \(reason)") }
    if let retry = waiter.retryAt { next("another one is tried at \(around.point(retry))") }
    if let patience = waiter.promise.patience {
      next("the wait ends at \(around.point(patience))")
    }
    if let pool = around.pool { add(Explanation.of(pool, around)) }
  }
}

extension StoredState {
  /// Whether two names are one user's, as a pool compares names.
  package func isSame(_ one: SafeText, _ other: SafeText, in id: PoolID) -> Bool {
    let name = pools.first { $0.id == id }?.name
    let settings = configuration.pools.first { SafeText($0.name) == name }
    let names = settings?.users ?? UserNames()
    return names.key(one) == names.key(other)
  }

  /// The context of a pool and its deployments.
  package func surroundings(of id: PoolID, _ now: EngineTime, _ zone: Zone) -> Surroundings {
    let pool = pools.first { $0.id == id }
    return Surroundings(
      now: now, zone: zone, pool: pool,
      settings: configuration.pools.first { $0.name == pool?.name.text },
      provider: providers.first { $0.name == pool?.provider },
      publications: publications.filter { $0.pool == id }.sorted { $0.revision < $1.revision },
      uses: Dictionary(
        deployments.filter { $0.pool == id && !$0.phase.isHistory }
          .compactMap { one in one.publication.map { ($0, 1) } }, uniquingKeysWith: +),
      waiters: waiters.filter { $0.pool == id }.sorted { $0.position < $1.position },
      failing: failing(in: id), usersInCache: usersInCache(of: id).sorted())
  }
}

extension Catalog {
  /// The context of a pool and its deployments.
  func surroundings(of id: PoolID, _ now: EngineTime, _ zone: Zone) -> Surroundings {
    let pool = pool(id)
    return Surroundings(
      now: now, zone: zone, pool: pool,
      settings: configuration.pools.first { $0.name == pool?.name.text },
      provider: pool.flatMap(provider), publications: publications(of: id),
      uses: uses[id] ?? [:], waiters: waiters(in: id), failing: failing(in: id),
      usersInCache: usersInCache(of: id))
  }
}
