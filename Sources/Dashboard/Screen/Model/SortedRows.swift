import DeploymentInterface

/// The position of a deployment in a list: ordered by rank, then text, then identifier.
struct RowKey: Hashable, Comparable, Sendable {
  /// The primary criterion.
  var rank: Int64
  /// The secondary criterion.
  var text: String
  /// The last criterion; makes every key unique.
  var id: DeploymentID
  /// The index of the record in the catalog that made this key. Not part of identity or order.
  var place = -1

  static func == (one: RowKey, other: RowKey) -> Bool {
    one.id == other.id && one.rank == other.rank && one.text == other.text
  }

  func hash(into hasher: inout Hasher) { hasher.combine(id) }

  static func < (one: RowKey, other: RowKey) -> Bool {
    if one.rank != other.rank { return one.rank < other.rank }
    if one.text != other.text { return one.text < other.text }
    return one.id < other.id
  }
}

/// A sorted list in chunks, so that a change among a hundred thousand rows moves a few hundred.
struct SortedRows: Hashable, Sendable {
  /// The most rows in a chunk; a larger one is halved.
  private static let pieceLimit = 512

  private var pieces: [[RowKey]] = []
  /// The number of rows.
  private(set) var count = 0

  /// An empty list.
  init() {}

  /// Makes a list of rows in any order.
  init(_ keys: some Sequence<RowKey>) { self.init(sorted: keys.sorted()) }

  /// Makes a list of rows that are already sorted.
  private init(sorted: [RowKey]) {
    count = sorted.count
    pieces = stride(from: 0, to: sorted.count, by: Self.pieceLimit / 2).map {
      Array(sorted[$0..<min($0 + Self.pieceLimit / 2, sorted.count)])
    }
  }

  /// Whether the list is empty.
  var isEmpty: Bool { count == 0 }

  /// Inserts a row in its place; an equal row stays.
  mutating func insert(_ key: RowKey) {
    guard !pieces.isEmpty else {
      pieces = [[key]]
      count = 1
      return
    }
    let piece = min(self.piece(for: key), pieces.count - 1)
    let place = Self.place(of: key, in: pieces[piece])
    if place < pieces[piece].count, pieces[piece][place] == key { return }
    pieces[piece].insert(key, at: place)
    count += 1
    if pieces[piece].count > Self.pieceLimit { split(piece) }
  }

  /// Removes a row; returns whether it was there.
  @discardableResult
  mutating func remove(_ key: RowKey) -> Bool {
    let piece = self.piece(for: key)
    guard piece < pieces.count else { return false }
    let place = Self.place(of: key, in: pieces[piece])
    guard place < pieces[piece].count, pieces[piece][place] == key else { return false }
    pieces[piece].remove(at: place)
    count -= 1
    if pieces[piece].isEmpty { pieces.remove(at: piece) }
    return true
  }

  /// The index of a row; nil if it is not in the list.
  func index(of key: RowKey) -> Int? {
    let piece = self.piece(for: key)
    guard piece < pieces.count else { return nil }
    let place = Self.place(of: key, in: pieces[piece])
    guard place < pieces[piece].count, pieces[piece][place] == key else { return nil }
    return pieces[..<piece].reduce(place) { $0 + $1.count }
  }

  /// The deployment at an index; nil outside of the list.
  subscript(index: Int) -> DeploymentID? {
    guard index >= 0, index < count else { return nil }
    var left = index
    for piece in pieces {
      if left < piece.count { return piece[left].id }
      left -= piece.count
    }
    return nil
  }

  /// The deployments at these indexes; those outside of the list are ignored.
  func ids(in range: Range<Int>) -> [DeploymentID] {
    let wanted = range.clamped(to: 0..<count)
    var result: [DeploymentID] = []
    result.reserveCapacity(wanted.count)
    var start = 0
    for piece in pieces where start < wanted.upperBound {
      let part = wanted.clamped(to: start..<start + piece.count)
      result += piece[part.lowerBound - start..<part.upperBound - start].map(\.id)
      start += piece.count
    }
    return result
  }

  /// The rows that satisfy a condition.
  func narrowed(where holds: (RowKey) -> Bool) -> SortedRows {
    var found = SortedRows()
    var last: [RowKey] = []
    for piece in pieces {
      for key in piece where holds(key) { last.append(key) }
      guard last.count >= Self.pieceLimit / 4 else { continue }
      found.add(last)
      last.removeAll()
    }
    if !last.isEmpty { found.add(last) }
    return found
  }

  private mutating func add(_ piece: [RowKey]) {
    pieces.append(piece)
    count += piece.count
  }

  /// Every deployment, in order.
  var ids: [DeploymentID] { ids(in: 0..<count) }

  /// The first chunk whose last row is not before the key.
  private func piece(for key: RowKey) -> Int {
    var low = 0
    var high = pieces.count
    while low < high {
      let middle = (low + high) / 2
      if let last = pieces[middle].last, last < key { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func place(of key: RowKey, in piece: [RowKey]) -> Int {
    var low = 0
    var high = piece.count
    while low < high {
      let middle = (low + high) / 2
      if piece[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private mutating func split(_ piece: Int) {
    let half = pieces[piece].count / 2
    let tail = Array(pieces[piece][half...])
    pieces[piece].removeSubrange(half...)
    pieces.insert(tail, at: piece + 1)
  }
}
