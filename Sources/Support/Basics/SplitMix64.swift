/// A small seeded random number generator: the same seed gives the same numbers in every process.
///
/// SplitMix64 by Steele, Lea and Flood: no seed is weak, so a single draw may have a seed of its
/// own. Good enough for jitter and tests, not for secrets.
package struct SplitMix64: RandomNumberGenerator, Hashable, Sendable {
  private var state: UInt64

  /// A generator with a seed.
  package init(seed: UInt64) { state = seed }

  /// The generator of a single draw, seeded with a text and numbers, in this order.
  package init(seed: UInt64, _ text: String, _ numbers: UInt64...) {
    state = seed
    for byte in text.utf8 { mix(UInt64(byte)) }
    for number in numbers { mix(number) }
  }

  private mutating func mix(_ value: UInt64) {
    state ^= value
    state = next()
  }

  /// The next number.
  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A number in `0..<1`.
  package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number in `0..<bound`; 0 if `bound` is not positive.
  package mutating func below(_ bound: Int) -> Int {
    bound > 0 ? Int(next() % UInt64(bound)) : 0
  }

  /// True in `share` percent of the draws.
  package mutating func percent(_ share: Int) -> Bool { below(100) < share }

  /// One of the elements; nil if there are none.
  package mutating func pick<Element>(_ elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[below(elements.count)]
  }

  /// An independent generator: further draws from it do not change the numbers of this one.
  package mutating func fork() -> SplitMix64 { SplitMix64(seed: next()) }
}
