import DeploymentInterface

/// The panes of the screen; the raw value is the digit key that focuses the pane.
enum Pane: Int, Hashable, Comparable, Sendable, CaseIterable {
  case pools = 1
  case l1 = 2
  case l2 = 3
  case assigned = 4
  case details = 5

  /// The panes that list deployments.
  static let lists: Set<Pane> = [.l1, .l2, .assigned]
  /// The panes that list deployments, in their order on the screen.
  static let listOrder: [Pane] = [.l1, .l2, .assigned]

  static func < (one: Pane, other: Pane) -> Bool { one.rawValue < other.rawValue }

  /// The list that shows a deployment.
  init(_ placement: Placement) {
    switch placement {
    case .cache(.l1, _): self = .l1
    case .cache(.l2, _): self = .l2
    case .assigned: self = .assigned
    }
  }

  /// Its title.
  var title: String {
    switch self {
    case .pools: "Pools"
    case .l1: "L1 cache"
    case .l2: "L2 cache"
    case .assigned: "Assigned"
    case .details: "Details"
    }
  }

  /// The title for narrow screens.
  var shortTitle: String {
    switch self {
    case .l1: "L1"
    case .l2: "L2"
    case .pools, .assigned, .details: title
    }
  }

  /// The pane to which Tab moves.
  var next: Pane { Pane(rawValue: rawValue % 5 + 1) ?? .pools }
  /// The pane to which Shift-Tab moves.
  var previous: Pane { Pane(rawValue: (rawValue + 3) % 5 + 1) ?? .pools }
}

/// The tabs of the details pane.
enum DetailTab: Int, Hashable, Sendable, CaseIterable {
  case details, log, why

  /// Its title.
  var title: String {
    switch self {
    case .details: "Details"
    case .log: "Log"
    case .why: "Why"
    }
  }
  /// The tab to the right; the last is followed by the first.
  var next: DetailTab { DetailTab(rawValue: (rawValue + 1) % 3) ?? .details }
  /// The tab to the left; the first is preceded by the last.
  var previous: DetailTab { DetailTab(rawValue: (rawValue + 2) % 3) ?? .details }
}
