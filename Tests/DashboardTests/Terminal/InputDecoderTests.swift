import DeploymentInterface
import SafeTexts
import Testing

@testable import TerminalCells
@testable import TerminalHost

@Suite struct InputDecoderTests {
  private let start = Moment(milliseconds: 1000)

  private func decode(_ text: String, thenPause: Bool = true) -> [InputDecoder.Decoded] {
    var decoder = InputDecoder()
    let decoded = text.unicodeScalars.flatMap { decoder.feed(.scalar($0), at: start) }
    return thenPause ? decoded + decoder.pause() : decoded
  }

  private func keys(_ keys: Key...) -> [InputDecoder.Decoded] { keys.map { .input(.key($0)) } }

  @Test func charactersAreKeys() {
    #expect(decode("jñ日") == keys(.character("j"), .character("ñ"), .character("日")))
  }

  @Test(arguments: [
    ("\r", Key.enter), ("\t", .tab), ("\u{7f}", .backspace), ("\u{3}", .control("c")),
    ("\u{1a}", .control("z")), ("\u{c}", .control("l")), ("\u{1c}", .control("\\")),
  ])
  func controlsAreKeys(_ text: String, _ key: Key) { #expect(decode(text) == keys(key)) }

  @Test func escapeAloneIsTheKeyOnceNothingFollows() {
    #expect(decode("\u{1b}", thenPause: false).isEmpty)
    #expect(decode("\u{1b}") == keys(.escape))
  }

  @Test func keyTypedRightAfterEscapeIsNotLost() {
    #expect(decode("\u{1b}j") == keys(.escape, .character("j")))
    #expect(decode("\u{1b}\u{1b}") == keys(.escape, .escape))
  }

  @Test(arguments: [
    ("\u{1b}[0n", TerminalAnswer.status), ("\u{1b}[?62;22;52c", .attributes),
    ("\u{1b}[?2026;2$y", .mode(2026, isKnown: true)),
    ("\u{1b}[?2026;0$y", .mode(2026, isKnown: false)),
    (
      "\u{1b}]11;rgb:1010/1414/1818\u{1b}\\",
      .background(RGB(red: 0x10, green: 0x14, blue: 0x18))
    ),
    ("\u{1b}]11;rgb:f/8/0\u{7}", .background(RGB(red: 255, green: 136, blue: 0))),
    (
      "\u{1b}]11;rgba:ffff/ffff/ffff/0000\u{7}",
      .background(RGB(red: 255, green: 255, blue: 255))
    ),
  ])
  func answersAreUnderstood(_ text: String, _ answer: TerminalAnswer) {
    #expect(decode(text) == [.answer(answer)])
  }

  @Test(arguments: [
    "\u{1b}[12;40R", "\u{1b}]4;1;rgb:00/00/00\u{7}", "\u{1b}P>|xterm(370)\u{1b}\\",
    "\u{1b}[8;24;80t", "\u{1b}_Gi=1;OK\u{1b}\\", "\u{1b}[1;5C", "\u{1b}[>41;370;0c", "\u{1b}Ox",
    "\u{1b}]11;junk\u{7}", "\u{1b}[?;$y",
  ])
  func whatElseATerminalSaysIsNoKey(_ text: String) {
    #expect(decode(text).isEmpty)
    #expect(decode(text + "j") == keys(.character("j")))
  }

  @Test func answersBetweenKeysDoNotTouchThem() {
    let text = "a\u{1b}[0nb\u{1b}]11;rgb:00/00/00\u{1b}\\c"
    let typed = decode(text).compactMap {
      if case .input(let input) = $0 { input } else { nil }
    }
    #expect(typed == ["a", "b", "c"].map { .key(.character($0)) })
  }

  @Test func answerCutInTwoIsWaitedForAndThenGivenUp() {
    var decoder = InputDecoder()
    for scalar in "\u{1b}[?2026;".unicodeScalars { _ = decoder.feed(.scalar(scalar), at: start) }
    let atOnce = decoder.pause()
    #expect(atOnce.isEmpty)
    let early = decoder.expire(at: start + .milliseconds(100))
    #expect(early.isEmpty)
    #expect(decoder.deadline == start + .milliseconds(500))
    let late = decoder.expire(at: start + .milliseconds(500))
    #expect(late.isEmpty)
    #expect(decoder.deadline == nil)
    let next = decoder.feed(.scalar("j"), at: start)
    #expect(next == keys(.character("j")))
  }

  @Test func stringWithoutAnEndIsBoundedAndEndsWithTheNextSequence() {
    let noise = String(repeating: "x", count: 100_000)
    #expect(
      decode("\u{1b}]52;c;" + noise + "\u{1b}[0nj") == [.answer(.status)] + keys(.character("j")))
  }

  @Test func pasteIsNeverKeys() {
    var decoder = InputDecoder()
    var decoded = decoder.feed(.pasteBegin, at: start)
    for scalar in "Dy\r\u{1b}[0nq".unicodeScalars {
      decoded += decoder.feed(.scalar(scalar), at: start)
    }
    decoded += decoder.feed(.key(.up), at: start)
    decoded += decoder.feed(.pasteEnd, at: start)
    #expect(decoded == [.input(.paste("Dy␍␛[0nq"))])
  }

  @Test func pasteWithoutAnEndComesWhenNothingFollows() {
    var decoder = InputDecoder()
    _ = decoder.feed(.pasteBegin, at: start)
    _ = decoder.feed(.scalar("x"), at: start)
    let pasted = decoder.expire(at: start + .seconds(1))
    #expect(pasted == [.input(.paste("x"))])
  }

  @Test func longPasteIsCut() {
    var decoder = InputDecoder()
    _ = decoder.feed(.pasteBegin, at: start)
    for _ in 0..<100_000 { _ = decoder.feed(.scalar("x"), at: start) }
    guard case .input(.paste(let text)) = decoder.feed(.pasteEnd, at: start).first else {
      Issue.record("no paste came")
      return
    }
    #expect(text.text.utf8.count <= SafeText.byteLimit)
  }

  @Test func namedKeysFocusAndMousePassThrough() {
    var decoder = InputDecoder()
    let press = MouseInput(kind: .press, at: Point(x: 3, y: 4))
    let key = decoder.feed(.key(.up), at: start)
    #expect(key == keys(.up))
    let focus = decoder.feed(.focus(false), at: start)
    #expect(focus == [.input(.focus(false))])
    let mouse = decoder.feed(.mouse(press), at: start)
    #expect(mouse == [.input(.mouse(press))])
    let unknown = decoder.feed(.unknown, at: start)
    #expect(unknown.isEmpty)
  }
}
