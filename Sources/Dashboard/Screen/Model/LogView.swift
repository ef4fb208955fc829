import DeploymentEngine
import DeploymentInterface

/// A view of events: a ring of the last ones and a position. The position is an event, not a line
/// number, so that the text does not move when old events are dropped.
struct LogView: Hashable, Sendable {
  /// The number of events that are kept.
  static let limit = 2000

  /// The deployment whose events are shown; nil: all events.
  let scope: DeploymentID?
  /// The events, oldest first.
  private(set) var entries: [NumberedEntry] = []
  /// Whether the first events have arrived; before that, the log must not be called empty.
  private(set) var isLoaded = false
  /// Whether the end stays visible as the log grows.
  var follows = true
  /// The first visible event, if the end is not followed.
  var top: Int64?

  /// An empty log.
  init(scope: DeploymentID?) { self.scope = scope }

  /// The number of the last event, for requesting later ones; nil: request the last events.
  var last: Int64? { isLoaded ? entries.last?.sequence ?? 0 : nil }

  /// Appends later events.
  mutating func append(_ new: [NumberedEntry]) {
    isLoaded = true
    let known = entries.last?.sequence ?? Int64.min
    entries += new.filter { $0.sequence > known }
    if entries.count > Self.limit { entries.removeFirst(entries.count - Self.limit) }
  }

  /// The index of the first visible event, if the end is not followed.
  func topIndex(of entries: [NumberedEntry]) -> Int {
    guard let top else { return 0 }
    return entries.firstIndex { $0.sequence >= top } ?? max(0, entries.count - 1)
  }
}
