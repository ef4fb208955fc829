import Testing

@testable import DashboardKit
@testable import TerminalCells

@Suite struct ThemeReaderTests {
  private let base = """
    name: base
    palette: { ok: ["#112233", 24, cyan], warn: ["#aabbcc"] }
    roles: { state.usable: ok, match: [default, default, reverse] }
    """

  private func read(_ text: String) throws(ThemeFailure) -> Theme {
    let base = base
    let ancestor: ThemeReader.Ancestor = { _ throws(ThemeFailure) in
      try ThemeReader.read(base, file: "base.yaml") { _ throws(ThemeFailure) in
        ThemeDefinition(name: "none")
      }
    }
    return try ThemeReader.read(text, file: "t.yaml", ancestor: ancestor).theme
  }

  /// The sentences of what is wrong with a text.
  private func problems(_ text: String) -> [String] {
    do {
      _ = try read(text)
      return []
    } catch {
      return error.problems.map(\.description)
    }
  }

  @Test func readsPaletteRolesAndSigns() throws {
    let theme = try read(
      """
      name: mine
      background: light
      palette:
        ok: ["#628c6f", 65, cyan]
        only: ["#5fafaf"]
      roles:
        text: default
        state.usable: ok
        state.error: [only, ok, bold, underline]
        log: { time: only }
      glyphs:
        unicode: { usable: "◉" }
        ascii: { usable: "u" }
      """)
    #expect(theme.name == "mine")
    #expect(theme.background == .light)
    let ok = ThemeColour(rgb: RGB(value: 0x628c6f), index: 65, basic: .cyan)
    let only = ThemeColour(rgb: RGB(value: 0x5fafaf), index: 73, basic: nil)
    #expect(theme.style(.stateUsable) == Style(foreground: ok))
    let error = Style(foreground: only, background: ok, attributes: [.bold, .underline])
    #expect(theme.style(.stateError) == error)
    #expect(theme.style(.logTime) == Style(foreground: only))
    #expect(theme.glyphs(unicode: true).usable == "◉")
    #expect(theme.glyphs(unicode: false).usable == "u")
    #expect(theme.glyphs(unicode: true).assigned == Glyphs.unicode.assigned)
  }

  @Test func fallsBackAlongTheDots() throws {
    let theme = try read(
      "{name: t, palette: {a: \"#111111\"}, roles: {state: [a, default, bold], pane.border: a}}")
    #expect(theme.style(.stateCached).attributes == .bold)
    #expect(theme.style(.paneBorderFocus) == theme.style(.paneBorder))
    #expect(theme.style(.match) == Style())
  }

  @Test func textIsTheLastResort() throws {
    let theme = try read("{name: t, roles: {text: [default, default, bold]}}")
    #expect(theme.style(.gaugeHigh).attributes == .bold)
  }

  @Test func heirChangesWhatANameMeans() throws {
    let theme = try read("{name: heir, inherits: base, palette: {ok: [\"#445566\", 60]}}")
    #expect(theme.style(.stateUsable).foreground?.rgb.value == 0x445566)
    #expect(theme.style(.match).attributes == .reverse)
    #expect(theme.name == "heir")
  }

  @Test(arguments: [
    ("roles: {}", "t.yaml:1: the theme has no name; write `name: …` as its first line"),
    (
      "name: t\ncolour: x",
      "t.yaml:2: unknown key `colour` in the theme; "
        + "allowed: inherits, name, background, palette, roles, glyphs"
    ),
    (
      "name: t\nbackground: grey",
      "t.yaml:2: `background: grey` is not known; allowed: dark, light"
    ),
    (
      "name: t\npalette:\n  ok: [red]",
      "t.yaml:3: `ok` is not a colour; write it as [\"#rrggbb\", 16 to 255, basic colour]"
    ),
    (
      "name: t\npalette:\n  ok: [\"#112233\", 12]",
      "t.yaml:3: `ok`: 12 is not one of the 256 colours; write a number from 16 to 255"
    ),
    (
      "name: t\npalette: { default: \"#112233\" }",
      "t.yaml:2: `default` is the terminal's own colour; give yours another name"
    ),
    (
      "name: t\nroles:\n  state.eror: default",
      "t.yaml:3: unknown role `state.eror`; did you mean `state.error`?"
    ),
    (
      "name: t\nroles:\n  match: gren",
      "t.yaml:3: `match`: the palette has no colour `gren`; add it there, or write `default`"
    ),
    (
      "name: t\nroles:\n  match: [default, default, blink]",
      "t.yaml:3: `match: blink` is not known; allowed: bold, dim, italic, underline, reverse"
    ),
    (
      "name: t\nglyphs:\n  unicode:\n    usable: \"日\"",
      "t.yaml:4: `usable` must be one printable character one column wide"
    ),
    (
      "name: t\nglyphs:\n  ascii:\n    usable: \"●\"",
      "t.yaml:4: `usable` must be one printable ASCII character"
    ),
    (
      "name: t\nglyphs:\n  ascii:\n    usabel: \"o\"",
      "t.yaml:4: unknown glyph `usabel`; did you mean `usable`?"
    ),
    ("- a list", "t.yaml:1: a theme must be a section with keys, such as `name: mine`"),
  ])
  func saysFileLineAndRemedy(_ text: String, _ sentence: String) {
    #expect(problems(text) == [sentence])
  }

  @Test func saysEverythingThatIsWrongAtOnce() {
    let text = "name: t\npalette:\n  a: x\nroles:\n  nope: default\n  match: b\n"
    #expect(problems(text).map { $0.prefix(9) } == ["t.yaml:3:", "t.yaml:5:", "t.yaml:6:"])
  }

  @Test func brokenYAMLHasAPlace() {
    let found = problems("name: [t\nroles: {")
    #expect(found.count == 1)
    #expect(found[0].hasPrefix("t.yaml:"))
  }

  @Test func textOfAFileCannotReachTheScreenRaw() {
    #expect(
      problems("name: t\nroles: {\"\\e[2Jx\": default}").allSatisfy { !$0.contains("\u{1b}") })
  }
}
