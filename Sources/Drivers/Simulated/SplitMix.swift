/// A small generator that gives the same numbers for the same seed, in every process.
///
/// SplitMix64: one addition and three multiplications for a number, and no weak seeds, which
/// matters because each draw here starts from a fresh one.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// The generator of one draw: all that it depends on, in order.
  init(seed: UInt64, _ text: String, _ numbers: UInt64...) {
    state = seed
    for byte in text.utf8 { mix(UInt64(byte)) }
    for number in numbers { mix(number) }
  }

  private mutating func mix(_ value: UInt64) {
    state ^= value
    state = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }

  /// A number from 0, included, to 1, excluded.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
