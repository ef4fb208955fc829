/// A small seeded generator: the only chance that these tests know.
package struct Chance: RandomNumberGenerator {
  private var state: UInt64

  package init(_ seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// 0 up to, not including, `bound`; 0 when there is nothing below it.
  package mutating func below(_ bound: Int) -> Int {
    bound > 0 ? Int(next() % UInt64(bound)) : 0
  }

  /// True so many times of a hundred.
  package mutating func percent(_ share: Int) -> Bool { below(100) < share }

  /// One of them; nil when there is none.
  package mutating func pick<Element>(_ elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[below(elements.count)]
  }

  /// A generator of its own, so that one more draw there moves nothing here.
  package mutating func fork() -> Chance { Chance(next()) }
}
