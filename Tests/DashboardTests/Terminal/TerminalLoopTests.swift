import DeploymentEngine
import DeploymentInterface
import Glibc
import Posix
import SafeTexts
import Testing

@testable import DashboardKit
@testable import TerminalCells
@testable import TerminalHost

/// The real loop with the real ncurses on a pseudo-terminal. ncurses is a global, hence one after
/// the other.
@Suite(.serialized) struct TerminalLoopTests {
  func stage(_ width: Int = 80, _ height: Int = 24) throws -> Stage {
    try Stage(Size(width: width, height: height))
  }

  // MARK: - Painting

  @Test func showsWhatTheProgramDraws() async throws {
    let stage = try stage(40, 6)
    stage.start()
    try await stage.wait(forText: "said: -")
    #expect(
      stage.screen.lines == [
        "┌ Rows ────────────────────────────────┐", "│ ▸ row 0                              │",
        "│   row 1                              │", "│   row 2                              │",
        "└──────────────────────────────────────┘", "said: -",
      ])
    #expect(stage.screen.cursor == Point(x: 4, y: 1))
    try await stage.wait("its modes") { $0.modes.isSuperset(of: [1049, 2004, 1004]) }
    #expect(!stage.screen.modes.contains(25))
  }

  @Test func sendsNothingWhenNothingChanged() async throws {
    let stage = try stage()
    stage.start()
    try await stage.wait(forText: "said: -")
    _ = await stage.quiet()
    stage.type("nnnn")
    stage.type("z")
    try await stage.wait(forText: "pressed z")
    _ = await stage.quiet()
    stage.type("z")
    let sent = await stage.quiet()
    #expect(sent.bytes == 0)
  }

  @Test func cursorStepIsOneSmallWrite() async throws {
    let stage = try stage(120, 40)
    stage.start()
    try await stage.wait(forText: "said: -")
    _ = await stage.quiet()
    for step in 1...5 {
      stage.type("j")
      let sent = await stage.quiet()
      #expect(sent.bytes > 0 && sent.bytes <= 60, "step \(step): \(sent.bytes) bytes")
      #expect(sent.reads == 1)
      #expect(stage.screen.cursor == Point(x: 4, y: step + 1))
    }
  }

  @Test func keysTypedAheadMakeOneFrame() async throws {
    let stage = try stage()
    stage.start()
    try await stage.wait(forText: "said: -")
    _ = await stage.quiet()
    stage.type("jjjjjjjjjj")
    let sent = await stage.quiet()
    #expect(sent.bytes <= 60)
    #expect(stage.screen.cursor == Point(x: 4, y: 11))
  }

  @Test func wholePictureIsSentAgainWhenAsked() async throws {
    let stage = try stage()
    stage.start()
    try await stage.wait(forText: "said: -")
    _ = await stage.quiet()
    stage.type("\u{c}")
    let sent = await stage.quiet()
    #expect(sent.bytes > 1000)
  }

  @Test func keepsColumnsStraightWhateverIsWritten() async throws {
    let names: [SafeText] = ["日本語の名前", "e\u{301}x", "👍🏽🚀", "עברית", "\u{1b}[2J", "a\u{378}b"]
    let stage = try stage(44, 9)
    var program = Player()
    program.rows = names
    stage.start(program)
    try await stage.wait(forText: "said: -")
    for (y, row) in stage.screen.rows.enumerated().dropLast().dropFirst() {
      #expect(row.first == (y == 7 ? "└" : "│"))
      #expect(row.last == (y == 7 ? "┘" : "│"))
    }
    #expect(stage.screen.lines[5].contains("␛[2J"))
  }

  @Test func drawsInAsciiWhereTheLocaleHasNothingElse() async throws {
    let stage = try stage(30, 5)
    var program = Player()
    program.rows = ["naïve — 日"]
    stage.start(program, locale: "C")
    try await stage.wait(forText: "said: -")
    #expect(
      stage.screen.lines == [
        "+ Rows ----------------------+", "| > na?ve - ?                |",
        "|                            |", "+----------------------------+", "said: -",
      ])
  }

  @Test(arguments: ["NO_COLOR", "TERM"]) func usesNoColourWhereThereIsNone(_ why: String)
    async throws
  {
    let environment =
      why == "TERM" ? ["TERM": "vt100"] : ["TERM": "xterm-256color", "NO_COLOR": "1"]
    let stage = try stage()
    stage.start(theme: .fixed(try ThemeLibrary(folders: []).load("dark")), environment: environment)
    try await stage.wait(forText: "said: -")
    #expect(!stage.screen.hasSeenColour)
  }

  @Test func usesColourWhereThereIsSome() async throws {
    let stage = try stage()
    stage.start(theme: .fixed(try ThemeLibrary(folders: []).load("dark")))
    try await stage.wait(forText: "said: -")
    #expect(stage.screen.hasSeenColour)
  }

  @Test func unknownTerminalIsSaidSo() async throws {
    let stage = try stage()
    stage.start(environment: ["TERM": "no-such-term"])
    try await stage.wait(forText: "said: -")
    stage.type("q")
    let heard = try await stage.finish().program.heard
    #expect(
      heard.first
        == "started 80x24 this machine does not know the terminal no-such-term: using xterm instead"
    )
  }

  @Test func dumbTerminalHasNoScreen() async throws {
    let stage = try stage()
    stage.start(environment: ["TERM": "dumb"])
    await #expect(throws: TerminalAbsence.self) { _ = try await stage.finish() }
    let sent = await stage.quiet()
    #expect(sent.bytes == 0)
  }

  // MARK: - Sizes

  @Test func followsTheWindow() async throws {
    let stage = try stage()
    stage.start()
    try await stage.wait(forText: "said: -")
    stage.resize(Size(width: 100, height: 30))
    try await stage.wait("the new corner") {
      $0.lines[28].hasSuffix("┘") && $0.lines[28].count == 100
    }
    stage.resize(Size(width: 1, height: 1))
    _ = await stage.quiet()
    stage.resize(Size(width: 40, height: 10))
    try await stage.wait("the small corner") { $0.lines[8].hasSuffix("┘") }
    stage.type("q")
    #expect(
      try await stage.finish().program.heard.suffix(5) == [
        "100x30", "1x1", "40x10", "q", "ending 3",
      ])
  }

  @Test func stormOfSizesMakesFewFrames() async throws {
    let stage = try stage()
    stage.start()
    try await stage.wait(forText: "said: -")
    _ = await stage.quiet()
    for step in 0..<40 {
      stage.resize(Size(width: 60 + step, height: 20 + step % 10))
      // Waits as a window does that is pulled by its corner.
      usleep(2000)
    }
    try await stage.wait("the last size") {
      $0.lines.contains { $0.hasSuffix("┘") && $0.count == 99 }
    }
    stage.type("q")
    let sizes = try await stage.finish().program.heard.filter {
      $0.contains("x") && !$0.contains(" ")
    }
    #expect(sizes.last == "99x29")
    #expect(sizes.count <= 10)
  }

  @Test(arguments: [(1, 1), (2, 1), (5, 2), (300, 2)])
  func livesInAnyWindow(_ width: Int, _ height: Int) async throws {
    let stage = try stage(width, height)
    stage.start()
    _ = await stage.quiet()
    stage.type("q")
    #expect(try await stage.finish().end == .quit(3))
  }

  @Test func windowWithoutASizeIsTakenForTheUsualOne() async throws {
    let stage = try Stage(Size(width: 0, height: 0))
    stage.start()
    stage.type("q")
    #expect(try await stage.finish().program.heard.first == "started 80x24 ")
  }

  // MARK: - Keys and answers

  @Test(arguments: [
    ("\u{1b}OB", "Down"), ("\u{1b}[B", "Down"), ("\u{1b}[H", "Home"), ("\u{1b}[1~", "Home"),
    ("\u{1b}OF", "End"), ("\u{1b}[Z", "Shift-Tab"), ("\u{1b}[5~", "PgUp"), ("\u{1b}OP", "F1"),
    ("\u{1b}[11~", "F1"), ("\u{7f}", "Backspace"), ("\r", "Enter"), ("\u{3}", "Ctrl-C"),
    ("\u{1b}", "Esc"), ("ñ", "ñ"), ("日", "日"),
  ])
  func knowsTheKeysOfTerminals(_ sequence: String, _ name: String) async throws {
    let stage = try stage()
    stage.start()
    try await stage.wait(forText: "said: -")
    stage.type(sequence + "q")
    #expect(try await stage.finish().program.heard.contains(name))
  }

  @Test func whatTheTerminalSaysIsNoKey() async throws {
    let stage = try stage()
    stage.start()
    try await stage.wait(forText: "said: -")
    stage.type("\u{1b}[12;40R\u{1b}]11;rgb:ffff/ffff/ffff\u{1b}\\\u{1b}P>|x\u{1b}\\\u{1b}[0n")
    stage.type("\u{1b}[O\u{1b}[Iq")
    let heard = try await stage.finish().program.heard
    #expect(heard.dropFirst() == ["blur", "focus", "q", "ending 3"])
  }

  @Test func pasteIsOneTextAndNoKeys() async throws {
    let stage = try stage()
    stage.start()
    try await stage.wait(forText: "said: -")
    stage.type("\u{1b}[200~Dq\ry\u{1b}[201~")
    try await stage.wait(forText: "said: pasted Dq␍y")
    stage.type("q")
    #expect(try await stage.finish().program.heard.dropFirst() == ["q", "ending 3"])
  }

  @Test func mouseSpeaksOnlyWhenSwitchedOn() async throws {
    let stage = try stage()
    stage.start()
    try await stage.wait(forText: "said: -")
    #expect(stage.screen.modes.isDisjoint(with: [1000, 1002, 1003]))
    stage.type("m")
    try await stage.wait("the mouse") { $0.modes.contains(1000) }
    stage.type("\u{1b}[<0;5;3M")
    try await stage.wait(forText: "said: press 4,2")
    stage.type("\u{1b}[<65;5;3M")
    try await stage.wait(forText: "said: wheelDown 4,2")
    stage.type("q")
    _ = try await stage.finish()
    #expect(stage.screen.modes.isDisjoint(with: [1000, 1006]))
  }

  @Test func copiesThroughTheTerminal() async throws {
    let stage = try stage()
    stage.start()
    try await stage.wait(forText: "said: -")
    stage.type("y")
    try await stage.wait("the clipboard") { $0.commands.contains("52;c;d2luMTEtMDM3Nw==") }
  }

  @Test func keysTypedBeforeAQuestionWasShownDoNotAnswerIt() async throws {
    let stage = try stage()
    stage.start()
    try await stage.wait(forText: "said: -")
    _ = await stage.quiet()
    stage.answers = false
    stage.type("Dyyy")
    try await stage.wait(forText: "really?")
    stage.type("y\r")
    _ = await stage.quiet()
    stage.type("\u{1b}[0n")
    _ = await stage.quiet()
    stage.type("x")
    try await stage.wait(forText: "answered x")
    stage.type("q")
    let heard = try await stage.finish().program.heard.filter { $0 != "focus" }
    #expect(heard.dropFirst() == ["D", "shown", "x", "q", "ending 3"])
  }

  @Test func questionCanBeAnsweredWhereTheTerminalSaysNothing() async throws {
    let stage = try stage()
    stage.answers = false
    stage.start()
    try await stage.wait(forText: "said: -")
    stage.type("D")
    try await stage.wait(forText: "really?")
    let asked = LoopClock.now().moment
    while stage.screen.lines.contains(where: { $0.contains("really?") }) {
      stage.type("n")
      _ = await stage.quiet()
      #expect(LoopClock.now().moment < asked + .seconds(10))
    }
    #expect(LoopClock.now().moment >= asked + .milliseconds(1900))
  }

  @Test(arguments: [("ffff/ffff/ffff", true), ("1010/1414/1818", false)])
  func themeFollowsTheBackground(_ background: String, _ isLight: Bool) async throws {
    let library = ThemeLibrary(folders: [])
    var light = try library.load("light")
    light.glyphs.pointer = "L"
    let stage = try stage()
    stage.start(theme: .auto(dark: try library.load("dark"), light: light))
    try await stage.wait(forText: "said: -")
    try await stage.wait("the question") { $0.commands.contains("11;?") }
    stage.type("\u{1b}]11;rgb:\(background)\u{1b}\\")
    stage.type("z")
    try await stage.wait(forText: "pressed z")
    #expect(stage.screen.lines[1].hasPrefix(isLight ? "│ L" : "│ ▸"))
  }

  // MARK: - Waking

  @Test func wakesFromAnotherThread() async throws {
    let stage = try stage()
    stage.start()
    try await stage.wait(forText: "said: -")
    stage.wake.wake()
    try await stage.wait(forText: "said: woken")
  }

  @Test func tellsTheTimeWhenItIsWishedAndNotElse() async throws {
    let stage = try stage()
    var program = Player()
    program.wakeAt = LoopClock.now().moment + .milliseconds(200)
    stage.start(program)
    try await stage.wait(forText: "said: -")
    _ = await stage.quiet()
    _ = await stage.quiet()
    _ = await stage.quiet()
    stage.type("q")
    let program2 = try await stage.finish().program
    #expect(program2.heard.filter { $0 == "clock" }.count == 1)
    #expect(program2.events == program2.heard.count)
  }
}
