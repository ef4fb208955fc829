import DeploymentEngine
package import DeploymentInterface
import SafeTexts
import TerminalCells

/// The state of the screen, as one value.
///
/// It changes only by `update`, which returns commands, and is drawn by `view`. It reads no clock
/// and has no side effects.
package struct ScreenModel: Sendable {
  /// The settings from the start.
  package let settings: ScreenSettings
  /// The time on both clocks at the last message.
  var now: EngineTime
  /// The local zone.
  package var zone = Zone.utc
  /// The size of the screen.
  var size = Size(width: 80, height: 24)

  /// The current state of the store.
  package var live: Catalog
  /// The store's state when the lists were frozen; nil: they are not frozen.
  var frozen: Frozen?
  /// The last commit in `live`; nil: nothing has been read yet.
  package var sequence: Int64?
  /// Why the store cannot be read at present; nil: it can.
  var storeTrouble: SafeText?
  /// The state of the lease, once it is known.
  var presence: LeaseStatus?
  /// Whether the engine runs in this process.
  var isEngineHere = false
  /// The pace of a simulated world.
  var pace: SafeText?
  /// The values of the small charts.
  var samples = Samples()

  /// The pane with the focus.
  var focus = Pane.pools
  /// The pane whose row the details show: the last one with the focus, except the details.
  var subjectPane = Pane.pools
  /// The last list with the focus: shown where only one fits.
  var listPane = Pane.l1
  /// The selected pool; nil: all pools.
  var pool: PoolID?
  /// The first visible pool.
  var poolTop = 0
  /// The cursor of each list.
  var cursors: [Pane: ListCursor] = [.l1: .init(), .l2: .init(), .assigned: .init()]
  /// The tab of the details.
  var tab = DetailTab.details
  /// The first visible line of the details.
  var detailTop = 0
  /// Whether one pane has the whole screen.
  var isZoomed = false
  /// Whether the lists are in reverse order.
  var isReversed = false
  /// The filter of the lists.
  package var filter = Filter.none
  /// The filtered lists, if there is a filter.
  var filtered: [Pane: SortedRows] = [:]
  /// The marked deployments; never history.
  var marks: Set<DeploymentID> = []
  /// The start of a range of marks.
  var markAnchor: DeploymentID?
  /// The row that has just disappeared from under the cursor.
  var displaced: CursorLoss?

  /// All events, while they are shown.
  var events: LogView?
  /// The events of the details' subject, while they are shown.
  var log: LogView?
  /// The search in details and logs.
  var search = Filter.none

  /// The open dialog.
  var modal: Modal?
  /// The message in the bottom line, instead of the keys.
  var status: Status?
  /// The refusals of the last key press, until the next key.
  var report: Report?
  /// The requests made here and not settled yet.
  var asks = OutstandingRequests()
  /// Sizes that were requested and have not arrived yet.
  var askedSizes: [PoolID: SizeOverrides] = [:]
  /// The number of requests made so far; makes their keys.
  var requests = 0

  /// A screen before its first message.
  package init(settings: ScreenSettings, now: EngineTime) {
    self.settings = settings
    self.now = now
    self.live = Catalog()
  }
}

/// The cursor of a list: on a deployment, not on a line.
struct ListCursor: Hashable, Sendable {
  /// The deployment under the cursor.
  var id: DeploymentID?
  /// The deployment's name, for when it is gone.
  var name: SafeText = ""
  /// The deployment's index in the list.
  var index = 0
  /// The first visible index.
  var top = 0
}

/// The lists at one moment.
struct Frozen: Sendable {
  /// The store's state at that moment.
  var catalog: Catalog
  /// The moment.
  var since: Timestamp
}

/// A row that disappeared from under the cursor.
struct CursorLoss: Hashable, Sendable {
  /// The deployment that it showed.
  var name: SafeText
  /// When it disappeared.
  var at: Moment
}

/// A message in the bottom line.
struct Status: Hashable, Sendable {
  /// The severity.
  enum Kind: Hashable, Sendable {
    case info, done, failure
  }
  var kind: Kind
  var text: SafeText
  var at: Moment
}

/// The refusals and failures of a key press, one line each.
struct Report: Hashable, Sendable {
  var title: SafeText
  var lines: [Refused]
}

/// The subject of the details.
enum Subject: Hashable, Sendable {
  /// A pool, or all of them.
  case pool(PoolID?)
  /// A deployment.
  case deployment(DeploymentID)
  /// The list is empty.
  case nothing
}

extension ScreenModel {
  /// The state that the lists show: current, or frozen.
  var catalog: Catalog { frozen?.catalog ?? live }

  /// The rows of a list that match the filter.
  func rows(_ pane: Pane) -> SortedRows {
    filter.isEmpty
      ? catalog.rows(ListName(pool: pool, pane: pane)) : filtered[pane] ?? SortedRows()
  }

  /// The deployment at an index of a list.
  func id(at index: Int, in pane: Pane) -> DeploymentID? {
    let rows = rows(pane)
    return rows[isReversed ? rows.count - 1 - index : index]
  }

  /// The index of a deployment in a list.
  func index(of id: DeploymentID, in pane: Pane) -> Int? {
    let rows = rows(pane)
    guard let key = catalog.key(of: id), let index = rows.index(of: key) else { return nil }
    return isReversed ? rows.count - 1 - index : index
  }

  /// The deployments of a list in a range of indexes.
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

  /// The subject of the details.
  var subject: Subject {
    guard Pane.lists.contains(subjectPane) else { return .pool(pool) }
    return cursor(subjectPane).id.map(Subject.deployment) ?? .nothing
  }

  /// The deployment that the details show.
  var subjectDeployment: Deployment? {
    guard case .deployment(let id) = subject else { return nil }
    return catalog.deployment(id)
  }

  /// The selected pool's record; nil: all pools are selected.
  var chosenPool: Pool? { pool.flatMap(catalog.pool) }

  /// The positions of the screen's parts.
  var layout: Layout { layout(for: size) }

  /// The positions on a screen of another size.
  func layout(for size: Size) -> Layout {
    Layout(
      size: size, pools: catalog.pools.count, focus: focus, list: listPane, isZoomed: isZoomed)
  }

  /// Shows a message in the bottom line.
  mutating func say(_ text: SafeText, _ kind: Status.Kind = .info) {
    status = Status(kind: kind, text: text, at: now.moment)
  }

  /// Shows a failure in the bottom line.
  mutating func complain(_ text: SafeText) { say(text, .failure) }
}
