import DeploymentInterface

/// Where a deployment stands in a list: ordered by rank, then text, then number.
struct RowKey: Hashable, Comparable, Sendable {
  /// What comes first, whatever the text says.
  var rank: Int64
  /// What is compared next.
  var text: String
  /// Makes every key different.
  var id: DeploymentID
  /// Where its record stands with whom the key is from; nothing of what the key is.
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

/// A sorted list in pieces, so that a change among a hundred thousand rows moves a few hundred.
struct SortedRows: Hashable, Sendable {
  /// Rows in one piece at most; then it is halved.
  private static let pieceLimit = 512

  private var pieces: [[RowKey]] = []
  /// Rows in all.
  private(set) var count = 0

  /// An empty list.
  init() {}

  /// A list of these rows, in any order.
  init(_ keys: some Sequence<RowKey>) { self.init(sorted: keys.sorted()) }

  /// A list of rows that are in their order already.
  private init(sorted: [RowKey]) {
    count = sorted.count
    pieces = stride(from: 0, to: sorted.count, by: Self.pieceLimit / 2).map {
      Array(sorted[$0..<min($0 + Self.pieceLimit / 2, sorted.count)])
    }
  }

  /// Whether there is nothing in it.
  var isEmpty: Bool { count == 0 }

  /// Puts a row where it belongs; a row that is there already stays.
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

  /// Takes a row out; whether it was there.
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

  /// The place of a row, counted from 0; nil: it is not there.
  func index(of key: RowKey) -> Int? {
    let piece = self.piece(for: key)
    guard piece < pieces.count else { return nil }
    let place = Self.place(of: key, in: pieces[piece])
    guard place < pieces[piece].count, pieces[piece][place] == key else { return nil }
    return pieces[..<piece].reduce(place) { $0 + $1.count }
  }

  /// The deployment at a place; nil outside of the list.
  subscript(index: Int) -> DeploymentID? {
    guard index >= 0, index < count else { return nil }
    var left = index
    for piece in pieces {
      if left < piece.count { return piece[left].id }
      left -= piece.count
    }
    return nil
  }

  /// The deployments at these places; what lies outside of the list is left out.
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

  /// The rows for which something holds.
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

  /// The first piece whose last row is not before the key.
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
