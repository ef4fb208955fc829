import DashboardScreen
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import SafeTexts
import Testing

@testable import TerminalCells

/// Whatever others put into names, reasons and messages: it stays in its column and does nothing.
@Suite struct HostileTextTests {
  private static let texts: [String] = [
    "\u{1b}[2J\u{1b}]0;owned\u{7}", "a\nb\r\tc", "\u{202e}gnp.exe", "日本語のとても長い名前です",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}", "👩‍👩‍👧‍👦👍🏽", "\u{9b}31m",
    String(repeating: "W", count: 3000),
    "שלום", "", "\u{0}", "│┌┐",
  ]

  private static func state(_ text: SafeText) -> StoredState {
    var state = Fixture.state
    state.pools[0].now = text
    state.pools[0].problem = text
    state.pools[1].restraint?.reason = text
    state.providers[0] = ProviderRecord(name: text, limits: ProviderLimits())
    for place in state.deployments.indices {
      state.deployments[place].driverName = text
      state.deployments[place].uniqueId = text
      state.deployments[place].ip = text
      state.deployments[place].because = text
      state.deployments[place].reason = text
      state.deployments[place].loggedIn = [text]
      if state.deployments[place].placement.isAssigned {
        state.deployments[place].placement = .assigned(text)
      }
    }
    return state
  }

  @Test(arguments: texts)
  func isShownInert(_ raw: String) {
    let text = SafeText(raw)
    var model = Fixture.model(Self.state(text), settings: Fixture.settings)
    _ = model.update(.notice(text), at: Fixture.now)
    _ = model.update(.storeTrouble(text), at: Fixture.now)
    for keys in [[], ["4", "5"], ["h"], ["4", "D"], [.escape, "x"], [.escape, "e"]] as [[Key]] {
      for key in keys { _ = model.type(key) }
      _ = model.update(
        .journal(
          nil,
          [
            NumberedEntry(
              sequence: 1,
              entry: JournalEntry(at: Fixture.utc, kind: .driver, actor: text, message: text))
          ]), at: Fixture.now)
      for (width, height) in [(120, 36), (80, 24), (60, 15), (40, 10), (20, 5)] {
        let surface = model.view(Size(width: width, height: height), glyphs: .unicode)
        check(surface)
      }
    }
    let plain = model.plainLines(width: 120, .unicode).joined()
    #expect(!plain.unicodeScalars.contains { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) })
  }

  private func check(_ surface: Surface) {
    for line in surface.lines {
      #expect(!line.unicodeScalars.contains { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) })
      #expect(!line.unicodeScalars.contains { (0x202a...0x202e).contains($0.value) })
    }
    for y in 0..<surface.size.height {
      let width = (0..<surface.size.width).reduce(0) {
        $0 + Int(surface[Point(x: $1, y: y)].width)
      }
      #expect(width == surface.size.width)
    }
  }

  /// With ASCII signs nothing of our own is anything but ASCII.
  @Test func ownTextIsASCIIWhereItMustBe() {
    var model = Fixture.model()
    for key in ["j", "2", "G", " ", "5", "h", "x", .escape, "?", .escape, ":", .escape, "e"]
      as [Key]
    {
      _ = model.type(key)
      for (width, height) in [(120, 36), (80, 24), (60, 15), (40, 10), (20, 5)] {
        let text = model.text(width, height, .ascii).replacing("zoë", with: "zoe")
        let foreign = text.unicodeScalars.filter { $0.value >= 0x7f }
        #expect(String(String.UnicodeScalarView(foreign)) == "")
      }
    }
  }
}
