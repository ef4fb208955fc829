import DeploymentEngine
import DeploymentInterface
import SafeTexts
import Testing

@testable import DashboardScreen
@testable import TerminalCells

@Suite struct ClockTextTests {
  @Test(arguments: [
    (0, "0 s"), (59_999, "59 s"), (60_000, "1 m"), (3_599_999, "59 m"), (3_600_000, "1 h"),
    (86_399_999, "23 h"), (86_400_000, "1 d"), (-5, "0 s"),
  ])
  func showsSecondsOnlyUnderAMinute(_ milliseconds: Int, _ text: String) {
    #expect(ClockText.age(.milliseconds(Int64(milliseconds))) == text)
  }

  @Test(arguments: [
    (0, 0, "00:00:00", "Jan 1"), (951_782_399, 0, "23:59:59", "Feb 28"),
    (951_782_400, 0, "00:00:00", "Feb 29"), (1_700_041_260, 3600, "10:41:00", "Nov 15"),
    (1_700_041_260, -36_000, "23:41:00", "Nov 14"), (-1, 0, "23:59:59", "Dec 31"),
    (4_102_444_800, 0, "00:00:00", "Jan 1"),
  ])
  func knowsTheCalendar(_ seconds: Int, _ offset: Int, _ clock: String, _ day: String) {
    let time = Timestamp(milliseconds: Int64(seconds) * 1000)
    #expect(ClockText.second(time, Zone(offset: offset)) == clock)
    #expect(ClockText.day(time, Zone(offset: offset)) == day)
  }

  @Test func saysHowFarAwayAPointIs() {
    let now = Fixture.utc
    #expect(ClockText.point(now + .seconds(8), now: now, .utc) == "09:41:08 (in 8 s)")
    #expect(ClockText.point(now + .seconds(-120), now: now, .utc) == "09:39:00 (2 m ago)")
    #expect(ClockText.point(now + .hours(20), now: now, .utc) == "Nov 16 05:41 (in 20 h)")
    #expect(ClockText.since(now + .hours(-1), now: now, .utc) == "08:41")
    #expect(ClockText.since(now + .hours(-12), now: now, .utc) == "Nov 14 21:41")
  }

  @Test func namesAZone() {
    #expect(Zone(offset: 19_800).label == "+05:30")
    #expect(Zone(offset: -12_600).label == "-03:30")
    #expect(Zone(offset: 3600, name: "CET").label == "CET")
  }
}

@Suite struct TextFieldTests {
  @Test func editsLikeALineOfAShell() {
    var field = TextField()
    for key in ["a", "n", "x"] as [Key] { _ = field.take(key) }
    _ = field.take(.backspace)
    _ = field.take("a")
    #expect(field.text == "ana")
    _ = field.take(.home)
    _ = field.take("m")
    _ = field.take(.right)
    _ = field.take(.delete)
    #expect(field.text == "maa")
    #expect(field.cursor == 2)
    _ = field.take(.control("u"))
    #expect(field.text == "a")
    _ = field.take(.end)
    for key in [" ", "b", "c"] as [Key] { _ = field.take(key) }
    _ = field.take(.control("w"))
    #expect(field.text == "a ")
    let isTaken = field.take(.escape)
    #expect(!isTaken)
  }

  @Test func takesAPasteAsText() {
    var field = TextField("a")
    field.paste("b\nDy\u{1b}[A")
    #expect(field.text == "ab Dy␛[A")
    field.paste(SafeText(String(repeating: "x", count: 900)))
    #expect(field.text.count == TextField.limit)
  }

  @Test func countsAMarkWithItsLetter() {
    var field = TextField("ze")
    _ = field.take(.left)
    _ = field.take(.right)
    _ = field.take(.character("\u{308}"))
    #expect(field.text == "zë")
    _ = field.take(.backspace)
    #expect(field.text == "z")
  }
}

@Suite struct WrapTests {
  @Test(arguments: [
    ("one two three", 7, ["one two", "three"]), ("one", 10, ["one"]), ("", 5, [""]),
    ("abcdefgh", 3, ["abc", "def", "gh"]), ("a abcdef b", 4, ["a", "abcd", "ef b"]),
    ("日本語です", 4, ["日本", "語で", "す"]), ("x", 0, ["x"]),
  ])
  func breaksBetweenWords(_ text: String, _ width: Int, _ lines: [String]) {
    #expect(Wrap.lines(SafeText(text), width: width).map(\.text) == lines)
  }

  @Test func isNeverWiderThanTheWidth() {
    var dice = Dice(5)
    for _ in 0..<500 {
      let letters = ["a", " ", "日", "e\u{301}", "word ", "longerword"]
      let text = SafeText((0..<dice.below(20)).map { _ in letters[dice.below(6)] }.joined())
      let width = dice.below(9) + 2
      for line in Wrap.lines(text, width: width) {
        #expect(Surface.columns(line) <= width, "\(text.text) in \(width)")
      }
    }
  }
}

@Suite struct SamplesTests {
  private static func pools(_ assigned: Int) -> [Pool] {
    var pool = Fixture.pool(PoolID(1), "p", Sizes())
    pool.counts.assigned = assigned
    return [pool]
  }

  @Test func keepsOneFigureAMinuteForAQuarterOfAnHour() {
    var samples = Samples()
    for minute in 0..<20 {
      samples.take(Self.pools(minute), at: Fixture.later(.minutes(Int64(minute))))
      samples.take(Self.pools(minute * 10), at: Fixture.later(.minutes(Int64(minute))))
    }
    #expect(samples.line(PoolID(1)) == (5..<20).map { $0 * 10 })
    #expect(samples.line(nil).count == Samples.length)
  }

  @Test func fillsMinutesThatNobodyLookedAt() {
    var samples = Samples()
    samples.take(Self.pools(3), at: Fixture.now)
    samples.take(Self.pools(5), at: Fixture.later(.minutes(3)))
    #expect(samples.line(PoolID(1)) == [3, 3, 3, 5])
    samples.take(Self.pools(9), at: Fixture.later(.hours(9)))
    #expect(samples.line(PoolID(1)) == Array(repeating: 5, count: 14) + [9])
  }

  @Test func forgetsPoolsThatAreGone() {
    var samples = Samples()
    samples.take(Self.pools(3), at: Fixture.now)
    samples.take([], at: Fixture.now)
    #expect(samples.line(PoolID(1)).isEmpty)
  }
}
