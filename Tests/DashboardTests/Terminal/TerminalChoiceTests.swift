import SafeTexts
import Testing

@testable import TerminalCells
@testable import TerminalHost

@Suite struct TerminalEntryTests {
  private let here: Set<String> = [
    "xterm", "xterm-256color", "vt100", "linux", "screen", "screen-256color",
  ]

  private func choose(_ term: String?, wantsDirect: Bool = false, also: String = "-")
    -> TerminalEntry?
  {
    TerminalEntry.choose(term: term, wantsDirect: wantsDirect) {
      here.contains($0) || $0 == also
    }
  }

  @Test func knownTerminalIsTakenAtItsWord() {
    #expect(choose("linux") == TerminalEntry(name: "linux"))
  }

  @Test(arguments: [
    ("xterm-kitty", "xterm-256color"), ("alacritty", "xterm-256color"),
    ("foot", "xterm-256color"), ("xterm-ghostty", "xterm-256color"),
    ("wezterm", "xterm-256color"), ("tmux-256color", "screen-256color"), ("nonsense", "xterm"),
  ])
  func unknownTerminalIsTakenForARelativeWithANote(_ term: String, _ name: String) {
    let entry = choose(term)
    #expect(entry?.name == name)
    #expect(
      entry?.note?.text == "this machine does not know the terminal \(term): using \(name) instead")
  }

  @Test func terminalWithoutANameIsTakenForAnOldOne() {
    #expect(choose(nil)?.note == "TERM is not set: using xterm instead")
    #expect(TerminalEntry.choose(term: "", wantsDirect: false) { $0 == "vt100" }?.name == "vt100")
  }

  @Test func dumbTerminalHasNoScreen() {
    #expect(choose("dumb") == nil)
    #expect(TerminalEntry.choose(term: "x", wantsDirect: false) { _ in false } == nil)
  }

  @Test func directColourIsTakenWhereItIsWantedAndKnown() {
    #expect(choose("xterm-256color", wantsDirect: true)?.name == "xterm-256color")
    let entry = choose("xterm-256color", wantsDirect: true, also: "xterm-direct")
    #expect(entry == TerminalEntry(name: "xterm-direct"))
    #expect(choose("xterm-256color", also: "xterm-direct")?.name == "xterm-256color")
  }

  @Test func nameFromOutsideCannotReachTheScreenRaw() {
    #expect(choose("\u{1b}[2J")?.note?.text.contains("\u{1b}") == false)
  }

  @Test func terminalsThatPrintWhatTheyDoNotUnderstandAreNotAsked() {
    #expect(TerminalEntry.mayBeAsked("xterm-256color"))
    #expect(!TerminalEntry.mayBeAsked("linux"))
    #expect(!TerminalEntry.mayBeAsked("vt100"))
  }
}

@Suite struct ColourDepthTests {
  @Test(arguments: [
    (0, false, ColourDepth.mono), (8, false, .sixteen), (16, false, .sixteen),
    (88, false, .sixteen), (256, false, .indexed), (1 << 24, true, .rgb),
  ])
  func isWhatTheTerminalCan(_ colours: Int, _ isDirect: Bool, _ depth: ColourDepth) {
    let chosen = ColourDepth.choose(
      wish: nil, noColour: false, colours: colours, isDirect: isDirect)
    #expect(chosen == depth)
  }

  @Test func isLessWhereLessIsWished() {
    #expect(choose(.sixteen, 256) == .sixteen)
    #expect(choose(.mono, 256) == .mono)
    #expect(choose(.rgb, 256) == .indexed)
    #expect(choose(.indexed, 8) == .sixteen)
  }

  @Test func noColourMeansNone() {
    #expect(choose(nil, 256, noColour: true) == .mono)
  }

  @Test func commandLineOutweighsNoColour() {
    #expect(choose(.indexed, 256, noColour: true) == .indexed)
  }

  @Test func directTerminalHasNoTableOf256() {
    let chosen = ColourDepth.choose(
      wish: .indexed, noColour: false, colours: 1 << 24, isDirect: true)
    #expect(chosen == .rgb)
  }

  private func choose(_ wish: ColourDepth?, _ colours: Int, noColour: Bool = false) -> ColourDepth {
    ColourDepth.choose(wish: wish, noColour: noColour, colours: colours, isDirect: false)
  }
}
