import DeploymentEngine
package import DeploymentInterface
import SafeTexts
import TerminalCells

/// Everything that the screen shows and remembers, as one value.
///
/// It changes only by `update`, which answers what is to be done, and is drawn by `view`. It reads
/// no clock and touches nothing outside.
package struct ScreenModel: Sendable {
  /// What it was told at its start.
  package let settings: ScreenSettings
  /// What both clocks said last.
  var now: EngineTime
  /// The local zone.
  package var zone = Zone.utc
  /// The size of the screen.
  var size = Size(width: 80, height: 24)

  /// The store as it is.
  package var live: Catalog
  /// The store as it was when the lists were frozen.
  var frozen: Frozen?
  /// The last commit that is in `live`; nil: nothing was read yet.
  package var sequence: Int64?
  /// Why the store cannot be read at present.
  var storeTrouble: SafeText?
  /// The engine, once it was looked for.
  var presence: LeaseStatus?
  /// Whether the engine is in this process.
  var isEngineHere = false
  /// How the time of a simulated world passes.
  var pace: SafeText?
  /// The small charts.
  var samples = Samples()

  /// The pane that keys go to.
  var focus = Pane.pools
  /// The pane whose row the details are about: the last one that had the focus, details aside.
  var subjectPane = Pane.pools
  /// The list that had the focus last: the one that is shown where there is room for one.
  var listPane = Pane.l1
  /// The chosen pool; nil: all of them.
  var pool: PoolID?
  /// The first pool that is shown.
  var poolTop = 0
  /// Where each list stands.
  var cursors: [Pane: ListCursor] = [.l1: .init(), .l2: .init(), .assigned: .init()]
  /// What the details show.
  var tab = DetailTab.details
  /// The first line of the details that is shown.
  var detailTop = 0
  /// One pane has the whole screen.
  var isZoomed = false
  /// The lists run the other way.
  var isReversed = false
  /// What the lists are narrowed to.
  package var filter = Filter.none
  /// The narrowed lists, while there is a filter.
  var filtered: [Pane: SortedRows] = [:]
  /// What is marked; only what exists and is not history.
  var marks: Set<DeploymentID> = []
  /// Where a range of marks begins.
  var markAnchor: DeploymentID?
  /// The row under the cursor went away by itself, a moment ago.
  var displaced: CursorLoss?

  /// The events of everything, while they are shown.
  var events: LogView?
  /// The events of the details' subject, while they are shown.
  var log: LogView?
  /// What is looked for in details and logs.
  var search = Filter.none

  /// What lies over the screen.
  var modal: Modal?
  /// What the bottom line says instead of the keys.
  var status: Status?
  /// What of a press was refused, until the next key.
  var report: Report?
  /// The requests made here.
  var asks = OutstandingRequests()
  /// Sizes that were asked for and have not arrived yet.
  var askedSizes: [PoolID: SizeOverrides] = [:]
  /// Requests made so far; makes their keys.
  var requests = 0

  /// A screen that has been told nothing yet.
  package init(settings: ScreenSettings, now: EngineTime) {
    self.settings = settings
    self.now = now
    self.live = Catalog()
  }
}

/// Where a list stands: on a deployment, not on a line.
struct ListCursor: Hashable, Sendable {
  /// The deployment under the cursor.
  var id: DeploymentID?
  /// Its name, for when it is gone.
  var name: SafeText = ""
  /// Its place in the list.
  var index = 0
  /// The first place that is shown.
  var top = 0
}

/// The lists as they were at one moment.
struct Frozen: Sendable {
  /// What the store held then.
  var catalog: Catalog
  /// When that was.
  var since: Timestamp
}

/// The row under the cursor went away by itself.
struct CursorLoss: Hashable, Sendable {
  /// What was there.
  var name: SafeText
  /// When it went.
  var at: Moment
}

/// What the bottom line says.
struct Status: Hashable, Sendable {
  /// How it is meant.
  enum Kind: Hashable, Sendable {
    case info, done, failure
  }
  var kind: Kind
  var text: SafeText
  var at: Moment
}

/// What of a press was refused or failed, one line each.
struct Report: Hashable, Sendable {
  var title: SafeText
  var lines: [Refused]
}

/// What the details are about.
enum Subject: Hashable, Sendable {
  /// A pool, or all of them.
  case pool(PoolID?)
  /// A deployment.
  case deployment(DeploymentID)
  /// The list is empty.
  case nothing
}

extension ScreenModel {
  /// What the lists show: the store as it is, or as it was when they were frozen.
  var catalog: Catalog { frozen?.catalog ?? live }

  /// The rows of a list, narrowed by the filter.
  func rows(_ pane: Pane) -> SortedRows {
    filter.isEmpty
      ? catalog.rows(ListName(pool: pool, pane: pane)) : filtered[pane] ?? SortedRows()
  }

  /// The deployment at a place of a list.
  func id(at index: Int, in pane: Pane) -> DeploymentID? {
    let rows = rows(pane)
    return rows[isReversed ? rows.count - 1 - index : index]
  }

  /// The place of a deployment in a list.
  func index(of id: DeploymentID, in pane: Pane) -> Int? {
    let rows = rows(pane)
    guard let key = catalog.key(of: id), let index = rows.index(of: key) else { return nil }
    return isReversed ? rows.count - 1 - index : index
  }

  /// What is shown of a list, from one place to another.
  func deployments(in pane: Pane, at range: Range<Int>) -> [Deployment] {
    let rows = rows(pane)
    let wanted = range.clamped(to: 0..<rows.count)
    let ids =
      isReversed
      ? rows.ids(in: (rows.count - wanted.upperBound)..<(rows.count - wanted.lowerBound)).reversed()
      : rows.ids(in: wanted)
    let catalog = catalog
    return ids.compactMap(catalog.deployment)
  }

  /// The cursor of a list.
  func cursor(_ pane: Pane) -> ListCursor { cursors[pane] ?? ListCursor() }

  /// What the details are about.
  var subject: Subject {
    guard Pane.lists.contains(subjectPane) else { return .pool(pool) }
    return cursor(subjectPane).id.map(Subject.deployment) ?? .nothing
  }

  /// The deployment that the details are about.
  var subjectDeployment: Deployment? {
    guard case .deployment(let id) = subject else { return nil }
    return catalog.deployment(id)
  }

  /// The chosen pool's record; nil: all are chosen.
  var chosenPool: Pool? { pool.flatMap(catalog.pool) }

  /// Where everything is drawn.
  var layout: Layout { layout(for: size) }

  /// Where everything would be drawn on a screen of another size.
  func layout(for size: Size) -> Layout {
    Layout(
      size: size, pools: catalog.pools.count, focus: focus, list: listPane, isZoomed: isZoomed)
  }

  /// Says something in the bottom line.
  mutating func say(_ text: SafeText, _ kind: Status.Kind = .info) {
    status = Status(kind: kind, text: text, at: now.moment)
  }

  /// Something is said that is not as it should be.
  mutating func complain(_ text: SafeText) { say(text, .failure) }
}
