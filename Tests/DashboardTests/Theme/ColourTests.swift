import Testing

@testable import TerminalCells

@Suite struct ColourTests {
  @Test(arguments: [
    ("#000000", 0 as UInt32), ("#389b80", 0x389b80), ("#FFFFFF", 0xffffff),
  ])
  func hexIsRead(_ text: String, _ value: UInt32) {
    #expect(RGB(hex: text)?.value == value)
  }

  @Test(arguments: ["", "#fff", "389b80", "#38 b80", "#gggggg", "#+12345", "#1234567", "red"])
  func whatIsNoColourIsRefused(_ text: String) { #expect(RGB(hex: text) == nil) }

  /// Pairs from the table that its authors published for checking implementations of CIEDE2000.
  @Test(arguments: [
    ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
    ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
    ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0011), 7.2195),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
  ])
  func distanceIsWhatItsAuthorsSay(
    _ one: (Double, Double, Double), _ other: (Double, Double, Double), _ expected: Double
  ) {
    let distance = LabColour(one).distance(to: LabColour(other))
    #expect(abs(distance - expected) < 0.0001)
    #expect(abs(LabColour(other).distance(to: LabColour(one)) - expected) < 0.0001)
  }

  @Test(arguments: [
    (0x000000 as UInt32, 16 as UInt8), (0xffffff, 231), (0x5fafaf, 73), (0x808080, 244),
    (0xff0000, 196),
  ])
  func nearestOfTheTableIsNeverOneOfTheUsersSixteen(_ value: UInt32, _ index: UInt8) {
    #expect(RGB(value: value).nearestIndex == index)
  }

  @Test func tableOf256IsTheOneTerminalsHave() {
    #expect(RGB(index: 16).value == 0)
    #expect(RGB(index: 73).value == 0x5fafaf)
    #expect(RGB(index: 231).value == 0xffffff)
    #expect(RGB(index: 232).value == 0x080808)
    #expect(RGB(index: 255).value == 0xeeeeee)
  }

  @Test func basicColoursAreNumberedAsTerminalsDo() {
    #expect(BasicColour.black.index == 0)
    #expect(BasicColour.cyan.index == 6)
    #expect(BasicColour.brightWhite.index == 15)
  }
}

extension LabColour {
  fileprivate init(_ parts: (Double, Double, Double)) {
    self.init(linear: (0, 0, 0))
    (lightness, a, b) = parts
  }
}
