import Basics
import Testing

struct SplitMix64Tests {
  /// The numbers of the generator's authors, so that no other one takes its place unseen.
  @Test func drawsThePublishedNumbers() {
    var random = SplitMix64(seed: 1_234_567)
    let drawn = (0..<5).map { _ in random.next() }
    #expect(
      drawn == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
  }

  @Test func staysWithinItsBounds() {
    var random = SplitMix64(seed: 1)
    #expect((0..<200).allSatisfy { _ in (0..<7).contains(random.below(7)) })
    #expect((0..<200).allSatisfy { _ in (0..<1).contains(random.unit()) })
    #expect(random.below(0) == 0)
    #expect(random.pick([Int]()) == nil)
    #expect(random.percent(100) && !random.percent(0))
  }

  @Test func aForkMovesNothingInItsParent() {
    var (one, other) = (SplitMix64(seed: 5), SplitMix64(seed: 5))
    var fork = one.fork()
    _ = (fork.next(), fork.next())
    _ = other.fork()
    #expect(one == other)
  }

  @Test func theGeneratorOfADrawDependsOnAllThatItIsGiven() {
    let draws = [
      SplitMix64(seed: 1, "a", 2, 3), SplitMix64(seed: 1, "a", 3, 2),
      SplitMix64(seed: 1, "b", 2, 3), SplitMix64(seed: 8, "a", 2, 3),
    ]
    #expect(Set(draws).count == draws.count)
    #expect(SplitMix64(seed: 1, "a", 2, 3) == draws[0])
  }
}
