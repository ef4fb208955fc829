import Foundation
import Testing

@testable import DashboardKit
@testable import TerminalCells

/// Every shipped theme can be read by everybody: enough contrast, on paper and in every sight.
@Suite struct ShippedThemesTests {
  static let themes: [Theme] = ShippedThemes.texts.keys.sorted().compactMap {
    try? ThemeLibrary(folders: []).load($0)
  }

  /// Colours as the program may show them: directly, or through the table of 256.
  static let depths: [@Sendable (ThemeColour) -> RGB] = [{ $0.rgb }, { RGB(index: $0.index) }]

  /// Backgrounds that terminals of the kind have, the two ends; and their text.
  private func surroundings(_ theme: Theme) -> (backgrounds: [RGB], text: RGB) {
    switch theme.background {
    case .dark: ([RGB(value: 0), RGB(value: 0x1e1e1e)], RGB(value: 0xe6e6e6))
    case .light: ([RGB(value: 0xffffff), RGB(value: 0xeeeeee)], RGB(value: 0x1a1a1a))
    }
  }

  private static let decoration: Set<Role> = [.paneBorder, .gaugeTrack]
  private static let states: [Role] = [
    .stateUsable, .stateAssigned, .stateCached, .stateCanceling, .stateError,
  ]

  @Test func allAreThere() {
    #expect(Self.themes.map(\.name) == ["dark", "light", "monochrome"])
  }

  @Test func eachFitsOnAPage() {
    for (name, text) in ShippedThemes.texts {
      #expect(text.split(separator: "\n").count <= 40, "\(name)")
    }
  }

  @Test(arguments: themes) func textStaysTheTerminalsOwn(_ theme: Theme) {
    #expect(theme.style(.text) == Style())
    #expect(Role.allCases.allSatisfy { theme.style($0).background == nil })
  }

  @Test(arguments: themes) func textHasContrast(_ theme: Theme) {
    for background in surroundings(theme).backgrounds {
      for role in Role.allCases where !Self.decoration.contains(role) {
        guard let colour = theme.style(role).foreground else { continue }
        for depth in Self.depths {
          #expect(Sight.contrast(depth(colour), background) >= 4.5, "\(theme.name) \(role)")
        }
      }
    }
  }

  @Test(arguments: themes) func bordersCanBeSeen(_ theme: Theme) {
    for background in surroundings(theme).backgrounds {
      for role in Self.decoration {
        guard let colour = theme.style(role).foreground else { continue }
        for depth in Self.depths {
          #expect(Sight.contrast(depth(colour), background) >= 1.5, "\(theme.name) \(role)")
        }
      }
    }
  }

  @Test(arguments: themes) func gaugesStandOutFromTheirTrack(_ theme: Theme) {
    guard let track = theme.style(.gaugeTrack).foreground else { return }
    for role in [Role.gaugeLow, .gaugeMid, .gaugeHigh] {
      guard let colour = theme.style(role).foreground else { continue }
      for depth in Self.depths {
        #expect(Sight.contrast(depth(colour), depth(track)) >= 3, "\(theme.name) \(role)")
      }
    }
  }

  @Test(arguments: themes, Sight.all)
  func statesAreToldApartInEverySight(_ theme: Theme, _ sight: Sight) {
    for (depth, least) in zip(Self.depths, [15.0, 12.0]) {
      let coloured = Self.states.compactMap { role in
        theme.style(role).foreground.map { (role, sight.seen(depth($0))) }
      }
      let text = sight.seen(surroundings(theme).text)
      for (index, one) in coloured.enumerated() {
        #expect(one.1.distance(to: text) >= least, "\(theme.name) \(one.0), text")
        for other in coloured[(index + 1)...] {
          let distance = one.1.distance(to: other.1)
          #expect(distance >= least, "\(theme.name) \(one.0), \(other.0): \(distance)")
        }
      }
    }
  }

  /// What the sixteen look like is the user's choice: these fail in many schemes.
  @Test(arguments: themes) func avoidsThePitfallsOfSixteenColours(_ theme: Theme) {
    let basics = Set(Role.allCases.compactMap { theme.style($0).foreground?.basic })
    #expect(!basics.contains(.brightBlack))
    #expect(!(basics.contains(.green) && basics.contains(.yellow)))
    #expect(!(basics.contains(.green) && basics.contains(.red)))
    if theme.background == .light { #expect(!basics.contains(.yellow)) }
    if theme.style(.stateError).foreground?.basic == .red {
      #expect(theme.style(.stateError).attributes.contains(.bold))
    }
  }

  @Test func monochromeHasNoColour() {
    let theme = Self.themes.first { $0.name == "monochrome" }
    #expect(
      theme?.styles.values.allSatisfy { $0.foreground == nil && $0.background == nil } == true)
  }

  @Test(arguments: themes) func cursorIsSeenWithoutColour(_ theme: Theme) {
    #expect(theme.style(.rowCursor).attributes.contains(.reverse))
    #expect(!theme.style(.stateError).attributes.isEmpty)
  }

  /// What is built in is what lies in the folder.
  @Test func builtInThemesAreTheFilesOfTheTree() throws {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let files = try FileManager.default.contentsOfDirectory(atPath: root.path + "/themes")
    #expect(
      files.filter { $0.hasSuffix(".yaml") }.sorted()
        == ShippedThemes.texts.keys.map { $0 + ".yaml" }.sorted())
  }
}
