import Basics
import DeploymentInterface
import EngineSimulation
import Testing

@Suite struct TimeSpanTests {
  static let readable: [(String, Int64)] = [
    ("0s", 0), ("50ms", 50), ("30s", 30_000), ("10m", 600_000), ("1h", 3_600_000),
    ("2d", 172_800_000), ("007s", 7000),
  ]

  @Test(arguments: readable)
  func readsWhatHasAUnit(text: String, milliseconds: Int64) {
    #expect(TimeSpan(parsing: text)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    "", "10", "s", "ms", "-1s", "+1s", "1.5s", "1 s", " 1s", "1s ", "1h30m", "1S", "1min", "１s",
    "9223372036854775808ms", "9223372036854775807s", "106751991168d", "0x10s", "s1",
  ])
  func refusesWhatIsNoLengthOfTime(text: String) {
    #expect(TimeSpan(parsing: text) == nil)
  }

  @Test func writesWhatItReads() {
    var random = SplitMix64(seed: 9)
    for _ in 0..<500 {
      let units: [Int64] = [1, 1000, 60_000, 3_600_000]
      let span = TimeSpan(milliseconds: Int64(random.below(5000)) * (random.pick(units) ?? 1))
      #expect(TimeSpan(parsing: span.description) == span, "\(span)")
    }
  }

  static let written: [(Int64, String)] = [
    (0, "0s"), (1, "1ms"), (1500, "1500ms"), (59_000, "59s"), (60_000, "1m"), (90_000, "90s"),
    (3_600_000, "1h"), (5_400_000, "90m"), (86_400_000, "24h"),
  ]

  @Test(arguments: written)
  func writesItAsAPersonWould(milliseconds: Int64, text: String) {
    #expect(TimeSpan(milliseconds: milliseconds).description == text)
  }

  static let spoken: [(Int64, String)] = [
    (-5, "0 s"), (0, "0 s"), (1, "1 s"), (8_000, "8 s"), (59_000, "59 s"), (59_001, "1 min"),
    (60_000, "1 min"), (500_000, "9 min"), (3_599_000, "1 h"), (7_140_000, "1 h 59 min"),
    (7_200_000, "2 h"), (35_940_000, "9 h 59 min"), (36_000_000, "10 h"), (36_060_000, "11 h"),
  ]

  @Test(arguments: spoken)
  func saysIt(milliseconds: Int64, text: String) {
    #expect(TimeSpan(milliseconds: milliseconds).spoken == text)
  }
}

@Suite struct DeadlineTests {
  let now = EngineTime(
    moment: Moment(milliseconds: 5_000), utc: Timestamp(milliseconds: 1_000_000))

  @Test func isDueItsLengthAfterItsStart() {
    let deadline = Deadline(from: now.moment, length: .seconds(30))
    #expect(deadline.at == Moment(milliseconds: 35_000))
    #expect(deadline.utc(at: now) == Timestamp(milliseconds: 1_030_000))
  }

  @Test func comesBackFromTheStoreOnAnotherClock() {
    let stored = Deadline(from: now.moment, length: .seconds(30)).utc(at: now)
    let later = EngineTime(moment: Moment(milliseconds: 77), utc: now.utc + .seconds(10))
    let loaded = Deadline(storedUTC: stored, length: .seconds(30), at: later)
    #expect(loaded.at == Moment(milliseconds: 77 + 20_000))
    #expect(loaded.length == .seconds(30))
  }

  /// How far the wall clock was moved while nothing ran, and what is left of 30 s.
  static let jumps: [(TimeSpan, TimeSpan)] = [
    (.zero, .seconds(30)),
    (.seconds(29), .seconds(1)),
    (.seconds(30), .zero),
    (.hours(5), .zero),
    (TimeSpan(milliseconds: -1), .seconds(30)),
    (TimeSpan(milliseconds: -3_600_000), .seconds(30)),
    (.hours(24 * 730), .zero),
  ]

  @Test(arguments: jumps)
  func isNeverPastAndNeverLongerThanItWas(jump: TimeSpan, left: TimeSpan) {
    let stored = Deadline(from: now.moment, length: .seconds(30)).utc(at: now)
    let loadedAt = EngineTime(moment: Moment(milliseconds: 0), utc: now.utc + jump)
    let loaded = Deadline(storedUTC: stored, length: .seconds(30), at: loadedAt)
    #expect(loaded.at == loadedAt.moment + left)
  }
}
