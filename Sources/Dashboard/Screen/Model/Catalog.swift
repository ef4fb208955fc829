package import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// The name of a list of deployments: those of one pool, or of all pools, in one pane.
struct ListName: Hashable, Sendable {
  /// The pool; nil: all pools.
  var pool: PoolID?
  var pane: Pane
}

/// The contents of the store, indexed for the screen: the cost of a change depends on the change,
/// not on the number of records.
///
/// A copy is cheap until the original or the copy changes; this is how the lists are frozen.
package struct Catalog: Sendable {
  private(set) var pools: [Pool] = []
  private(set) var providers: [ProviderRecord] = []
  private(set) var publications: [PublicationRecord] = []
  private(set) var waiters: [WaitingUser] = []
  private(set) var configuration = Configuration()
  /// The sort order of the lists.
  private(set) var order: SortColumn
  /// The number of deployments that each user holds or waits for in a cache.
  private(set) var users: [SafeText: Int] = [:]
  /// The number of existing deployments made from each publication of a pool, by its revision.
  private(set) var uses: [PoolID: [Int: Int]] = [:]

  /// What the deployments of each pool tell about it; pools without trouble are absent.
  private var troubles: [PoolID: PoolTrouble] = [:]
  private var records: [Deployment] = []
  /// The texts that filters search, apart from the records, which are too far apart in memory.
  private var texts: [(text: RowText, pool: PoolID)] = []
  private var places: [DeploymentID: Int] = [:]
  private var freePlaces: [Int] = []
  private var lists: [ListName: SortedRows] = [:]
  private var erroneous = SortedRows()

  /// Indexes a store's state.
  package init(_ state: StoredState = StoredState(), order: SortColumn = .trouble) {
    self.order = order
    pools = state.pools.sorted { $0.id < $1.id }
    providers = state.providers.sorted { $0.name < $1.name }
    publications = state.publications.sorted { ($0.pool, $0.revision) < ($1.pool, $1.revision) }
    waiters = state.waiters.sorted { $0.position < $1.position }
    configuration = state.configuration
    for deployment in state.deployments { store(deployment) }
    rebuildLists()
  }

  /// The deployment with this identifier, as last reported.
  func deployment(_ id: DeploymentID) -> Deployment? { places[id].map { records[$0] } }

  /// The pool with this identifier.
  func pool(_ id: PoolID) -> Pool? { pools.first { $0.id == id } }

  /// The provider of a pool.
  func provider(of pool: Pool) -> ProviderRecord? { providers.first { $0.name == pool.provider } }

  /// The confirmed orphans, listed at least twice, by provider and name.
  var orphans: [(provider: ProviderRecord, orphan: Orphan)] {
    providers.flatMap { provider in
      provider.orphans.confirmed.map { (provider: provider, orphan: $0) }
    }
  }

  /// The orphan with this name; nil: it is gone, or has a record again.
  func orphan(_ name: OrphanName) -> (provider: ProviderRecord, orphan: Orphan)? {
    orphans.first {
      $0.provider.name == name.provider && $0.orphan.thing.name == name.name
        && $0.orphan.thing.kind == name.kind
    }
  }

  /// The publications of a pool, oldest first.
  func publications(of pool: PoolID) -> [PublicationRecord] {
    publications.filter { $0.pool == pool }
  }

  /// The users who wait in a pool, in the order of the queue.
  func waiters(in pool: PoolID) -> [WaitingUser] { waiters.filter { $0.pool == pool } }

  /// The rows of a list, sorted; history is in no list.
  func rows(_ list: ListName) -> SortedRows { lists[list] ?? SortedRows() }

  /// The rows of a list that match a filter.
  func rows(_ list: ListName, matching filter: Filter) -> SortedRows {
    let filter = RowFilter(filter, pools: pools)
    return rows(list).narrowed { key in
      guard texts.indices.contains(key.place) else { return false }
      let (text, pool) = texts[key.place]
      return filter.matches(text, in: pool) { records[key.place] }
    }
  }

  /// The sentence about the calls of a pool that fail for now; nil: none does.
  func failing(in pool: PoolID) -> SafeText? {
    guard let trouble = troubles[pool], !trouble.failing.isEmpty else { return nil }
    return PoolTrouble.failing(trouble.failing.compactMap(deployment))
  }

  /// The users who are logged in to cached deployments of a pool, sorted.
  func usersInCache(of pool: PoolID) -> [SafeText] {
    let used = troubles[pool]?.used ?? []
    return used.compactMap(deployment).flatMap(\.loggedIn).sorted()
  }

  /// The key of a deployment in its lists; nil: it is unknown.
  func key(of id: DeploymentID) -> RowKey? { deployment(id).map(order.key) }

  /// All deployments in error, by pool and name.
  var errors: SortedRows { erroneous }

  /// The number of deployments outside the history.
  var count: Int {
    Pane.listOrder.reduce(0) { $0 + rows(ListName(pool: nil, pane: $1)).count }
  }

  /// Applies one change.
  mutating func apply(_ change: StoreChange) {
    switch change {
    case .deployment(let deployment): update(deployment)
    case .erasedDeployment(let id): erase(id)
    case .pool(let pool): Self.put(pool, in: &pools, by: \.id)
    case .erasedPool(let id): pools.removeAll { $0.id == id }
    case .provider(let provider): Self.put(provider, in: &providers, by: \.name)
    case .erasedProvider(let name): providers.removeAll { $0.name == name }
    case .publication(let publication):
      publications.removeAll {
        $0.pool == publication.pool && $0.revision == publication.revision
      }
      let place = publications.firstIndex {
        ($0.pool, $0.revision) > (publication.pool, publication.revision)
      }
      publications.insert(publication, at: place ?? publications.count)
    case .erasedPublication(let pool, let revision):
      publications.removeAll { $0.pool == pool && $0.revision == revision }
    case .waiter(let waiter):
      waiters.removeAll { $0.pool == waiter.pool && $0.user == waiter.user }
      Self.put(waiter, in: &waiters, by: \.position)
    case .erasedWaiter(let pool, let user):
      waiters.removeAll { $0.pool == pool && $0.user == user }
    case .configuration(let new): configuration = new
    case .counters: break
    }
  }

  /// Sorts the lists by another column.
  mutating func sort(by order: SortColumn) {
    self.order = order
    rebuildLists()
  }

  /// Inserts or replaces a record in a short sorted array.
  private static func put<Record, Order: Comparable>(
    _ record: Record, in records: inout [Record], by order: KeyPath<Record, Order>
  ) {
    let place = records.firstIndex { $0[keyPath: order] >= record[keyPath: order] }
    guard let place else { return records.append(record) }
    if records[place][keyPath: order] == record[keyPath: order] {
      records[place] = record
    } else {
      records.insert(record, at: place)
    }
  }
}

extension Catalog {
  private mutating func update(_ deployment: Deployment) {
    let old = self.deployment(deployment.id)
    store(deployment)
    if let old, old.pool == deployment.pool, old.phase.isHistory == deployment.phase.isHistory,
      Pane(old.placement) == Pane(deployment.placement),
      order.key(of: old) == order.key(of: deployment),
      (old.state == .error) == (deployment.state == .error), old.name == deployment.name
    {
      return
    }
    if let old { unlist(old) }
    list(deployment)
  }

  private mutating func erase(_ id: DeploymentID) {
    guard let place = places.removeValue(forKey: id) else { return }
    unlist(records[place])
    forgetTraces(of: records[place])
    records[place].reason = nil
    freePlaces.append(place)
  }

  private mutating func store(_ deployment: Deployment) {
    var record = deployment
    // Drivers' data is dropped: for ten thousand deployments it would be most of the memory.
    record.data = []
    record.notices = []
    let text = (RowText(record), record.pool)
    let known = places[deployment.id]
    if let known { forgetTraces(of: records[known]) }
    if let place = known ?? freePlaces.popLast() {
      (records[place], texts[place]) = (record, text)
      places[deployment.id] = place
    } else {
      places[deployment.id] = records.count
      records.append(record)
      texts.append(text)
    }
    if let user = record.placement.user { users[user, default: 0] += 1 }
    countUse(of: record, by: 1)
    if record.isFailingForNow || record.isUsedInCache {
      troubles[record.pool, default: PoolTrouble()].note(record)
    }
  }

  private mutating func countUse(of deployment: Deployment, by step: Int) {
    guard let revision = deployment.publication, !deployment.phase.isHistory else { return }
    uses[deployment.pool, default: [:]][revision, default: 0] += step
  }

  private mutating func forgetTraces(of deployment: Deployment) {
    countUse(of: deployment, by: -1)
    troubles[deployment.pool]?.forget(deployment.id)
    if troubles[deployment.pool]?.isEmpty == true { troubles[deployment.pool] = nil }
    guard let user = deployment.placement.user, let count = users[user] else { return }
    users[user] = count > 1 ? count - 1 : nil
  }

  private mutating func list(_ deployment: Deployment) {
    guard !deployment.phase.isHistory else { return }
    let key = listedKey(of: deployment)
    for name in Self.listNames(of: deployment) {
      lists[name, default: SortedRows()].insert(key)
    }
    if deployment.state == .error { erroneous.insert(Self.errorKey(of: deployment)) }
  }

  private func listedKey(of deployment: Deployment) -> RowKey {
    var key = order.key(of: deployment)
    key.place = places[deployment.id] ?? -1
    return key
  }

  private mutating func unlist(_ deployment: Deployment) {
    guard !deployment.phase.isHistory else { return }
    for name in Self.listNames(of: deployment) {
      lists[name]?.remove(order.key(of: deployment))
    }
    if deployment.state == .error { erroneous.remove(Self.errorKey(of: deployment)) }
  }

  private mutating func rebuildLists() {
    var keys: [ListName: [RowKey]] = [:]
    var errors: [RowKey] = []
    // In the order of the records, so that the result does not depend on a dictionary's layout.
    for deployment in records where isCurrent(deployment) && !deployment.phase.isHistory {
      let key = listedKey(of: deployment)
      for name in Self.listNames(of: deployment) { keys[name, default: []].append(key) }
      if deployment.state == .error { errors.append(Self.errorKey(of: deployment)) }
    }
    lists = keys.mapValues { SortedRows($0) }
    erroneous = SortedRows(errors)
  }

  /// Whether a record is in use; the slot of an erased one keeps its contents.
  private func isCurrent(_ deployment: Deployment) -> Bool {
    guard let place = places[deployment.id] else { return false }
    return records[place].id == deployment.id
  }

  private static func listNames(of deployment: Deployment) -> [ListName] {
    let pane = Pane(deployment.placement)
    return [
      ListName(pool: nil, pane: pane), ListName(pool: deployment.pool, pane: pane),
    ]
  }

  private static func errorKey(of deployment: Deployment) -> RowKey {
    RowKey(rank: Int64(deployment.pool.number), text: deployment.name.text, id: deployment.id)
  }
}

extension Catalog {
  /// The key of a deployment in the list of errors.
  func errorKey(of id: DeploymentID) -> RowKey? { deployment(id).map(Self.errorKey) }

  /// Known users whose names begin with a text, sorted; at most `limit`.
  func users(beginningWith text: String, limit: Int) -> [SafeText] {
    let wanted = text.lowercased()
    let found = users.keys.filter { $0.text.lowercased().hasPrefix(wanted) }
    return Array(found.sorted().prefix(limit))
  }

  /// The sums of the pools' counts, as the engine keeps them.
  var totals: PoolCounts {
    pools.reduce(into: PoolCounts()) { sum, pool in
      sum.l1Ready += pool.counts.l1Ready
      sum.l1Waiting += pool.counts.l1Waiting
      sum.l1Preparing += pool.counts.l1Preparing
      sum.l2Ready += pool.counts.l2Ready
      sum.l2Waiting += pool.counts.l2Waiting
      sum.l2Preparing += pool.counts.l2Preparing
      sum.assigned += pool.counts.assigned
      sum.removing += pool.counts.removing
      sum.error += pool.counts.error
    }
  }
}
