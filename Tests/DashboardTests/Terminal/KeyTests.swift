import Testing

@testable import TerminalCells

@Suite struct KeyTests {
  @Test(arguments: [
    (Key.character("c"), "c"), (.character("D"), "D"), (.character(" "), "Space"),
    (.control("l"), "Ctrl-L"), (.function(1), "F1"), (.pageDown, "PgDn"), (.escape, "Esc"),
    (.backTab, "Shift-Tab"), (.character("ñ"), "ñ"), (.character("/"), "/"),
  ])
  func isWrittenAsItIsRead(_ key: Key, _ name: String) {
    #expect(key.description == name)
    #expect(Key(name) == key)
  }

  @Test(arguments: ["", "ab", "Ctrl-", "Ctrl-AB", "F0", "F13", "\u{1b}", "Ctrl-é"])
  func whatIsNoKeyIsRefused(_ name: String) { #expect(Key(name) == nil) }
}
