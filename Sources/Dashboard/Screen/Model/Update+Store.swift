import DeploymentEngine
import DeploymentInterface
import SafeTexts

extension ScreenModel {
  mutating func take(_ snapshot: StoreSnapshot) -> [Command] {
    if let sequence, snapshot.sequence < sequence { forgetLogs() }
    live = Catalog(snapshot.state, order: live.order)
    sequence = snapshot.sequence
    storeTrouble = nil
    if frozen == nil {
      pruneMarks()
      narrow()
    }
    return followStore()
  }

  /// What is shown is an earlier state than before: what came after it has not happened.
  private mutating func forgetLogs() {
    log = nil
    if events != nil { events = LogView(scope: nil) }
  }

  mutating func take(_ changes: StoreChanges) -> [Command] {
    // Too much has happened since: the changes are not told, everything is to be read again.
    guard !changes.isWhole else { return [.reload] }
    storeTrouble = nil
    sequence = changes.sequence
    for change in changes.changes { apply(change) }
    return followStore()
  }

  /// What every news from the store leads to.
  private mutating func followStore() -> [Command] {
    samples.take(live.pools, at: now)
    forgetArrivedSizes()
    let commands = tendAsks()
    settle(after: .store)
    return commands + readOn()
  }

  private mutating func apply(_ change: StoreChange) {
    guard frozen == nil else { return live.apply(change) }
    let id: DeploymentID
    switch change {
    case .deployment(let deployment):
      id = deployment.id
      if deployment.phase.isHistory { marks.remove(id) }
    case .erasedDeployment(let erased):
      id = erased
      marks.remove(id)
    case .pool, .erasedPool, .provider, .erasedProvider, .publication, .erasedPublication, .waiter,
      .erasedWaiter, .configuration, .counters:
      return live.apply(change)
    }
    guard !filter.isEmpty else { return live.apply(change) }
    let before = live.deployment(id)
    live.apply(change)
    refilter(id, before: before)
  }

  /// Marks are about what exists.
  mutating func pruneMarks() {
    let live = live
    marks = marks.filter { live.deployment($0).map { !$0.phase.isHistory } ?? false }
  }
}

// MARK: - The filter

extension ScreenModel {
  /// Narrows the lists anew: after another filter, another pool, another order.
  package mutating func narrow() {
    filtered = [:]
    guard !filter.isEmpty else { return }
    let catalog = catalog
    for pane in Pane.listOrder {
      filtered[pane] = catalog.rows(ListName(pool: pool, pane: pane), matching: filter)
    }
  }

  /// One deployment changed: it may come into the narrowed lists, leave them or move.
  private mutating func refilter(_ id: DeploymentID, before: Deployment?) {
    if let before { filtered[Pane(before.placement)]?.remove(live.order.key(of: before)) }
    guard let after = live.deployment(id), !after.phase.isHistory,
      pool == nil || pool == after.pool, isWanted(after, live)
    else { return }
    filtered[Pane(after.placement), default: SortedRows()].insert(live.order.key(of: after))
  }

  private func isWanted(_ deployment: Deployment, _ catalog: Catalog) -> Bool {
    filter.matches(deployment, pool: catalog.pool(deployment.pool)?.name)
  }
}

// MARK: - The cursors

extension ScreenModel {
  /// Why the rows under the cursors may be others than before.
  enum Cause { case person, store }

  /// Puts every cursor back on its deployment. Where that is gone the cursor stays at its place,
  /// and if nobody here did it, the bottom line says so.
  mutating func settle(after cause: Cause = .person) {
    if let pool, catalog.pool(pool) == nil { choosePool(nil) }
    let layout = layout
    for pane in Pane.listOrder { settle(pane, cause, height: layout.rowCount(pane)) }
    let place = catalog.pools.firstIndex { $0.id == pool }.map { $0 + 1 } ?? 0
    poolTop = Scroll.top(
      poolTop, cursor: place, height: layout.rowCount(.pools), count: catalog.pools.count + 1)
  }

  private mutating func settle(_ pane: Pane, _ cause: Cause, height: Int) {
    var cursor = cursor(pane)
    let count = rows(pane).count
    if let id = cursor.id, let index = index(of: id, in: pane) {
      // The row keeps its place on the screen while others come and go above it.
      if cause == .store, cursor.top > 0 { cursor.top += index - cursor.index }
      cursor.index = index
    } else {
      if cause == .store, let id = cursor.id, pane == subjectPane { lose(id, cursor.name) }
      cursor.index = max(0, min(cursor.index, count - 1))
      cursor.id = id(at: cursor.index, in: pane)
    }
    cursor.name = cursor.id.flatMap(catalog.deployment)?.name ?? ""
    cursor.top = Scroll.top(cursor.top, cursor: cursor.index, height: height, count: count)
    cursors[pane] = cursor
  }

  private mutating func lose(_ id: DeploymentID, _ name: SafeText) {
    displaced = CursorLoss(name: name, at: now.moment)
    detailTop = 0
    say("\(name) \(fate(of: id))")
  }

  /// What became of a deployment that is no longer in its list.
  private func fate(of id: DeploymentID) -> SafeText {
    guard let deployment = catalog.deployment(id) else { return "is gone" }
    if deployment.phase.isHistory { return "is gone: \(deployment.state.rawValue)" }
    switch deployment.placement {
    case .assigned(let user, _): return "has moved to another list: assigned to \(user)"
    case .cache(let level, _) where Pane(deployment.placement) != subjectPane:
      return "has moved to another list: \(level.rawValue)"
    case .cache: return "is hidden by the filter now"
    }
  }
}

// MARK: - The logs

extension ScreenModel {
  mutating func take(_ entries: [NumberedEntry], of scope: DeploymentID?) {
    if events != nil, scope == nil { events?.append(entries) }
    if log?.scope == scope { log?.append(entries) }
  }

  /// What the details' log is about: its deployment, or everything for a pool.
  private var wantedLog: DeploymentID?? {
    guard tab == .log, events == nil, layout.panes[.details] != nil else { return .none }
    switch subject {
    case .deployment(let id): return .some(id)
    case .pool: return .some(nil)
    case .nothing: return .none
    }
  }

  /// Begins to read what has just come in sight.
  mutating func openLogs() -> [Command] {
    guard case .some(let scope) = wantedLog else {
      log = nil
      return []
    }
    guard log == nil || log?.scope != scope else { return [] }
    log = LogView(scope: scope)
    return [.loadJournal(scope, after: nil)]
  }

  /// Reads what was added to the logs in sight.
  private func readOn() -> [Command] {
    [events, log].compactMap { view in
      view.map { .loadJournal($0.scope, after: $0.last) }
    }
  }
}
