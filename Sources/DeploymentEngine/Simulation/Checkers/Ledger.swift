import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// Counts, occupied slots and holders, computed by the checkers from the stored changes alone. The
/// cost of a step depends only on its changes.
struct Ledger {
  private typealias Row = StoreCopy.Row<Deployment>
  private struct Sums {
    var counts = PoolCounts()
    var places: [Place: Int] = [:]
    var activePublication: Int?
    var provider: SafeText = ""
    var existing: Int { counts.places }
  }
  private var sums: [PoolID: Sums] = [:]
  /// The deployments as they were last counted.
  private var known: [DeploymentID: Row] = [:]
  private var names: [String: DeploymentID] = [:]
  private var macs: [MACAddress: DeploymentID] = [:]
  private var ports: [UInt16: DeploymentID] = [:]
  private var uniqueIds: [SafeText: DeploymentID] = [:]
  /// The limits before the latest commit, whose decisions may rest on them.
  private var limits: [SafeText: ProviderLimits] = [:]
  /// See `Simulation.limitsLoweredBy`.
  var limitsLoweredBy = 0
  private var users: [PoolID: [SafeText: DeploymentID]] = [:]

  /// Number of occupied slots of a provider.
  func held(_ place: Place, on provider: SafeText) -> Int {
    sums.values.reduce(0) { $0 + ($1.provider == provider ? $1.places[place] ?? 0 : 0) }
  }

  /// Number of deployments that exist on a provider.
  func existing(on provider: SafeText) -> Int {
    sums.values.reduce(0) { $0 + ($1.provider == provider ? $1.existing : 0) }
  }

  /// The deployment that a user holds or has reserved in a pool.
  func holder(of user: SafeText, in pool: PoolID) -> DeploymentID? { users[pool]?[user] }

  /// Applies a commit and returns its violations.
  mutating func take(
    _ commit: Commit, _ withdrawals: Withdrawals, _ store: StoreCopy
  ) -> [Violation] {
    var touched: [PoolID] = []
    func touch(_ id: PoolID) { if !touched.contains(id) { touched.append(id) } }
    for change in commit.others {
      switch change {
      case .pool(let pool):
        note(pool)
        touch(pool.id)
      case .erasedPool(let id): sums[id] = nil
      case .provider, .erasedProvider, .publication, .erasedPublication, .waiter, .erasedWaiter,
        .configuration, .counters, .deployment, .erasedDeployment:
        break
      }
    }
    for one in commit.amendments {
      count(one)
      if let new = one.new { touch(new.record.pool) }
    }
    for one in commit.amendments { if let old = one.old { release(old.record, one.new) } }
    var complaints: [Violation] = []
    for one in commit.amendments { if let new = one.new { hold(new, &complaints) } }
    for one in commit.amendments { judgePromise(one, withdrawals, store, &complaints) }
    for id in touched.sorted() { judge(id, store, &complaints) }
    for one in commit.amendments {
      guard let new = one.new?.record, let place = new.place, one.old?.record.place != place
      else { continue }
      judge(new.pool, place, store, &complaints)
    }
    judgeKeptPlace(commit, store, &complaints)
    for case .provider(let one) in commit.others { limits[one.name] = one.limits }
    return complaints
  }

  /// Recounts a pool whose active publication has changed, since that decides which deployments are
  /// outdated.
  private mutating func note(_ pool: Pool) {
    sums[pool.id, default: Sums()].provider = pool.provider
    guard sums[pool.id]?.activePublication != pool.activePublication else { return }
    sums[pool.id]?.activePublication = pool.activePublication
    var counts = PoolCounts()
    let own = known.values.filter { $0.record.pool == pool.id }
    for one in own {
      counts.count(one.record, activePublication: pool.activePublication, by: 1)
    }
    sums[pool.id]?.counts = counts
  }

  private mutating func count(_ one: Commit.Amendment) {
    guard let id = (one.new ?? one.old)?.record.pool else { return }
    var sum = sums[id] ?? Sums()
    if let old = one.old?.record {
      sum.counts.count(old, activePublication: sum.activePublication, by: -1)
      if let place = old.place { sum.places[place, default: 0] -= 1 }
    }
    if let new = one.new?.record {
      sum.counts.count(new, activePublication: sum.activePublication, by: 1)
      if let place = new.place { sum.places[place, default: 0] += 1 }
    }
    sums[id] = sum
  }

  private mutating func release(_ old: Deployment, _ row: Row?) {
    known[old.id] = row
    let new = row?.record
    if !(new?.exists ?? false), old.exists {
      names[old.identity.name] = nil
      if let mac = old.identity.mac { macs[mac] = nil }
    }
    if let port = old.identity.port, !(new?.exists ?? false) || new?.identity.port != port {
      if ports[port] == old.id { ports[port] = nil }
    }
    if uniqueIds[old.uniqueId] == old.id { uniqueIds[old.uniqueId] = nil }
    if let user = old.placement.user, users[old.pool]?[user] == old.id {
      users[old.pool]?[user] = nil
    }
  }

  private mutating func hold(_ row: Row, _ complaints: inout [Violation]) {
    let new = row.record
    known[new.id] = row
    guard new.exists else { return }
    func complain(_ what: String, _ other: DeploymentID) {
      complaints.append(
        Violation(checker: .identity, text: "\(new.id) has \(what) that \(other) holds"))
    }
    if let other = names.updateValue(new.id, forKey: new.identity.name), other != new.id {
      complain("the name \(new.identity.name)", other)
    }
    if let mac = new.identity.mac, let other = macs.updateValue(new.id, forKey: mac),
      other != new.id
    {
      complain("the address \(mac)", other)
    }
    if let port = new.identity.port, let other = ports.updateValue(new.id, forKey: port),
      other != new.id
    {
      complain("the port \(port)", other)
    }
    if new.state == .usable, !new.uniqueId.isEmpty,
      let other = uniqueIds.updateValue(new.id, forKey: new.uniqueId), other != new.id
    {
      complain("the unique id \(new.uniqueId)", other)
    }
    guard let user = new.holder, new.isSupply else { return }
    if let other = users[new.pool, default: [:]].updateValue(new.id, forKey: user),
      other != new.id
    {
      complaints.append(
        Violation(checker: .users, text: "\(new.id): \(user) holds \(other) in that pool too"))
    }
  }

  /// A user who loses what was reserved or promised must get another one, or wait, unless the
  /// command that waited has ended or the user no longer wants one.
  private func judgePromise(
    _ change: Commit.Amendment, _ withdrawals: Withdrawals, _ store: StoreCopy,
    _ complaints: inout [Violation]
  ) {
    guard let old = change.old?.record, let new = change.new?.record, let user = old.holder,
      old.promise != nil || !old.placement.isAssigned, new.holder != user
    else { return }
    let isReleased = old.pending?.verb == .release || withdrawals.released.contains(old.id)
    // What an operator asked for may be due in the very step that lets its user in.
    let followsLetIn = new.wasLetIn && old.pending != nil && new.pending == nil
    let pool = store.pools[old.pool]?.record.name
    guard !isReleased, !followsLetIn,
      !(old.promise?.asker.map(withdrawals.askers.contains) ?? false),
      !withdrawals.users.contains(where: { $0.pool == pool && $0.user == user })
    else { return }
    let key = StoreCopy.WaiterKey(pool: old.pool, user: user)
    guard users[old.pool]?[user] == nil, store.waiters[key] == nil else { return }
    complaints.append(
      Violation(
        checker: .users, text: "\(user) was promised \(old.id), loses it and gets no other"))
  }

  private func judge(_ id: PoolID, _ store: StoreCopy, _ complaints: inout [Violation]) {
    guard let row = store.pools[id], let counts = sums[id]?.counts else { return }
    let pool = row.record
    if pool.counts != counts {
      complaints.append(
        Violation(
          checker: .counts, text: "\(pool.name) counts \(pool.counts), there are \(counts)"))
    }
    guard let provider = store.providers[pool.provider]?.record else { return }
    let existing = existing(on: provider.name)
    if provider.deployments != existing {
      complaints.append(
        Violation(
          checker: .counts,
          text: "\(provider.name) counts \(provider.deployments) of \(existing)"))
    }
  }

  /// A slot may be taken only below the limit. Deployments keep their slots when the limit is
  /// lowered.
  private func judge(
    _ id: PoolID, _ place: Place, _ store: StoreCopy, _ complaints: inout [Violation]
  ) {
    guard let pool = store.pools[id], let row = store.providers[pool.record.provider]
    else { return }
    let provider = row.record
    let before = limits[provider.name] ?? provider.limits
    let limit = max(provider.limits[place], before[place]) - limitsLoweredBy
    let held = held(place, on: provider.name)
    guard held > limit else { return }
    complaints.append(
      Violation(checker: .limits, text: "\(provider.name) has \(held) of \(limit) \(place)"))
  }
}

extension Ledger {
  /// What no user waits for begins only where a slot is left for users. Users may have taken that
  /// one later in the same step.
  private func judgeKeptPlace(
    _ commit: Commit, _ store: StoreCopy, _ complaints: inout [Violation]
  ) {
    let prepared = commit.amendments.filter { $0.new?.record.place == .preparing }
    for case let (old, new?) in prepared.map({ ($0.old?.record, $0.new?.record) })
    where old?.place != .preparing && new.holder == nil {
      guard let name = store.pools[new.pool]?.record.provider,
        let provider = store.providers[name]?.record
      else { continue }
      let users = prepared.compactMap(\.new?.record).count {
        $0.holder != nil && sums[$0.pool]?.provider == name
      }
      let before = limits[name] ?? provider.limits
      let limit = max(provider.limits.preparingForCaches, before.preparingForCaches)
      let held = held(.preparing, on: name) - users
      guard held > limit else { continue }
      complaints.append(
        Violation(
          checker: .limits,
          text: "\(new.id) takes the place on \(name) that is kept for users: \(held) of \(limit)"))
    }
  }
}

extension ProviderLimits {
  /// The slots in `preparing` that what no user waits for may take.
  var preparingForCaches: Int { preparing < 3 ? preparing : preparing - 1 }

  /// The limit of a kind of slot.
  subscript(place: Place) -> Int {
    switch place {
    case .preparing: preparing
    case .removing, .stuck: removing
    case .settingReady: settingReady
    }
  }
}

/// Who wants none any more, by the events of one commit.
struct Withdrawals {
  var askers: Set<Asker> = []
  var users: [(pool: SafeText, user: SafeText)] = []
  var released: Set<DeploymentID> = []
}
