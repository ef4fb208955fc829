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

  /// The store is in an earlier state than before: later events did not happen.
  private mutating func forgetLogs() {
    log = nil
    if events != nil { events = LogView(scope: nil) }
  }

  mutating func take(_ changes: StoreChanges) -> [Command] {
    // Too much has changed: the changes are not available, so read everything again.
    guard !changes.isWhole else { return [.reload] }
    storeTrouble = nil
    sequence = changes.sequence
    for change in changes.changes { apply(change) }
    return followStore()
  }

  /// Handles any news from the store.
  private mutating func followStore() -> [Command] {
    samples.take(live.pools, at: now)
    forgetArrivedSizes()
    let commands = advanceRequests()
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

  /// Removes marks of deployments that are gone.
  mutating func pruneMarks() {
    let live = live
    marks = marks.filter { live.deployment($0).map { !$0.phase.isHistory } ?? false }
  }
}

// MARK: - The filter

extension ScreenModel {
  /// Filters the lists again: after a new filter, pool or order.
  package mutating func narrow() {
    filtered = [:]
    guard !filter.isEmpty else { return }
    let catalog = catalog
    for pane in Pane.listOrder {
      filtered[pane] = catalog.rows(ListName(pool: pool, pane: pane), matching: filter)
    }
  }

  /// Updates the filtered lists for one changed deployment: it may enter them, leave them or move.
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
  /// The cause of a possible change of the rows under the cursors.
  enum Cause { case user, store }

  /// Moves every cursor back to its deployment. If that is gone, the cursor keeps its position and,
  /// unless the user caused it, the bottom line says so.
  mutating func settle(after cause: Cause = .user) {
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
      // The row keeps its position on the screen while others appear and disappear above it.
      if cause == .store, cursor.top > 0 { cursor.top += index - cursor.index }
      cursor.index = index
    } else {
      if cause == .store, let id = cursor.id, pane == subjectPane { noteLoss(of: id, cursor.name) }
      cursor.index = max(0, min(cursor.index, count - 1))
      cursor.id = id(at: cursor.index, in: pane)
    }
    cursor.name = cursor.id.flatMap(catalog.deployment)?.name ?? ""
    cursor.top = Scroll.top(cursor.top, cursor: cursor.index, height: height, count: count)
    cursors[pane] = cursor
  }

  private mutating func noteLoss(of id: DeploymentID, _ name: SafeText) {
    displaced = CursorLoss(name: name, at: now.moment)
    detailTop = 0
    say("\(name) \(fate(of: id))")
  }

  /// Where a deployment went that is no longer in its list.
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

  /// The scope of the details' log: its deployment, or all events for a pool.
  private var wantedLog: DeploymentID?? {
    guard tab == .log, events == nil, layout.panes[.details] != nil else { return .none }
    switch subject {
    case .deployment(let id): return .some(id)
    case .pool: return .some(nil)
    case .nothing: return .none
    }
  }

  /// Starts reading a log that has become visible.
  mutating func openLogs() -> [Command] {
    guard case .some(let scope) = wantedLog else {
      log = nil
      return []
    }
    guard log == nil || log?.scope != scope else { return [] }
    log = LogView(scope: scope)
    return [.loadJournal(scope, after: nil)]
  }

  /// Reads new events of the visible logs.
  private func readOn() -> [Command] {
    [events, log].compactMap { view in
      view.map { .loadJournal($0.scope, after: $0.last) }
    }
  }
}
