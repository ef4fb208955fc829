import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// The planned acts of users and faults, by the time since the world's start.
struct Schedule {
  enum Act: Hashable {
    case come(SafeText, SafeText)
    case logIn(SafeText, SafeText)
    case logOut(SafeText, SafeText)
    case ready(DeploymentID)
    case resize(SafeText, SizeOverrides)
    case crash, storeFails, storeHeals, clock, `operator`
    case fault(FaultClass)
    /// The end of a fault, which restores the earlier state.
    case hostReturns(Int, withThings: Bool)
    case foreignLeaves(String)
    case reloadEnds, serviceReturns
    /// Requests a publication; with `isFirst` only if the pool has none.
    case publish(SafeText, isFirst: Bool)
  }
  private struct Entry {
    var at: TimeSpan
    var order: Int
    var act: Act
    static func < (one: Entry, other: Entry) -> Bool {
      (one.at, one.order) < (other.at, other.order)
    }
  }
  /// A binary heap, the earliest first.
  private var entries: [Entry] = []
  private var order = 0

  /// The time of the next act.
  var first: TimeSpan? { entries.first?.at }

  /// Adds an act.
  mutating func add(_ at: TimeSpan, _ act: Act) {
    order += 1
    entries.append(Entry(at: at, order: order, act: act))
    var child = entries.count - 1
    while child > 0, entries[child] < entries[(child - 1) / 2] {
      entries.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Removes and returns the next act that is due.
  mutating func next(at elapsed: TimeSpan) -> Act? {
    guard let first = entries.first, first.at <= elapsed else { return nil }
    let last = entries.removeLast()
    if !entries.isEmpty {
      entries[0] = last
      sink()
    }
    return first.act
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
        if entries[child] < entries[least] { least = child }
      }
      guard least != parent else { return }
      entries.swapAt(parent, least)
      parent = least
    }
  }
}
