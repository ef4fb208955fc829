import DeploymentEngine
import DeploymentInterface

/// Events that are being read: a ring of the last ones, and the place in it. The place is an event,
/// not a line number, so that nothing moves under the reader's eyes when old ones are dropped.
struct LogView: Hashable, Sendable {
  /// Events that are kept.
  static let limit = 2000

  /// Whose events; nil: everything's.
  let scope: DeploymentID?
  /// Oldest first.
  private(set) var entries: [NumberedEntry] = []
  /// Whether the first of them have come; until then nothing can be said about there being none.
  private(set) var isLoaded = false
  /// Keeps the end in sight.
  var follows = true
  /// The first event that is shown, when the end is not followed.
  var top: Int64?

  /// An empty log.
  init(scope: DeploymentID?) { self.scope = scope }

  /// The number of the last event; later ones are asked for by it. Nil: ask for the last ones.
  var last: Int64? { isLoaded ? entries.last?.sequence ?? 0 : nil }

  /// Takes events in that follow those that are there.
  mutating func append(_ new: [NumberedEntry]) {
    isLoaded = true
    let known = entries.last?.sequence ?? Int64.min
    entries += new.filter { $0.sequence > known }
    if entries.count > Self.limit { entries.removeFirst(entries.count - Self.limit) }
  }

  /// The place of the first event that is shown, when the end is not followed.
  func topIndex(of entries: [NumberedEntry]) -> Int {
    guard let top else { return 0 }
    return entries.firstIndex { $0.sequence >= top } ?? max(0, entries.count - 1)
  }
}
