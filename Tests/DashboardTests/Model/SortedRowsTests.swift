import DeploymentInterface
import Testing

@testable import DashboardScreen

@Suite struct SortedRowsTests {
  private static func key(_ number: Int) -> RowKey {
    // Few ranks and texts, so that all parts of the order are needed.
    RowKey(rank: Int64(number % 3), text: "t\(number % 7)", id: DeploymentID(Int64(number)))
  }

  @Test(arguments: [1, 2, 3, 4, 5])
  func isAlwaysASortedArray(seed: UInt64) {
    var dice = Dice(seed)
    var rows = SortedRows()
    var plain: [RowKey] = []
    for _ in 0..<4000 {
      let key = Self.key(dice.below(1500))
      if dice.below(3) > 0 {
        rows.insert(key)
        if !plain.contains(key) { plain.append(key) }
      } else {
        #expect(rows.remove(key) == plain.contains(key))
        plain.removeAll { $0 == key }
      }
    }
    plain.sort()
    #expect(rows.count == plain.count)
    #expect(rows.ids == plain.map(\.id))
    #expect(SortedRows(plain).ids == plain.map(\.id))
    for (place, key) in plain.enumerated() {
      #expect(rows.index(of: key) == place)
      #expect(rows[place] == key.id)
    }
    #expect(rows.ids(in: 10..<40) == plain[10..<40].map(\.id))
    for share in [1, 2, 7, 2000] {
      let wanted = plain.filter { $0.id.number % Int64(share) == 0 }
      var found = rows.narrowed { $0.id.number % Int64(share) == 0 }
      #expect(found.ids == wanted.map(\.id) && found.count == wanted.count)
      for key in plain { found.insert(key) }
      #expect(found.ids == rows.ids)
    }
  }

  @Test func answersOutsideOfItself() {
    var rows = SortedRows([Self.key(1), Self.key(2)])
    #expect(rows[-1] == nil)
    #expect(rows[2] == nil)
    #expect(rows.index(of: Self.key(5)) == nil)
    #expect(rows.ids(in: -3..<9).count == 2)
    let goneTwice = [rows.remove(Self.key(1)), rows.remove(Self.key(1))]
    #expect(goneTwice == [true, false])
    rows.insert(Self.key(2))
    #expect(rows.count == 1)
  }
}

/// A small generator, so that a failure comes again.
struct Dice {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

  mutating func below(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(bound))
  }
}
