import Foundation
import Testing

@testable import DashboardKit

@Suite struct ThemeLibraryTests {
  /// A folder that is gone when the test is over.
  private final class Folder {
    let path = NSTemporaryDirectory() + "themes-\(UUID().uuidString)"

    init() throws {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) throws {
      try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
    }
  }

  private func sentence(_ library: ThemeLibrary, _ name: String) -> String? {
    do {
      _ = try library.load(name)
      return nil
    } catch {
      return error.problems.first?.description
    }
  }

  @Test(arguments: ["dark", "light", "monochrome"])
  func shippedThemesAreThereWithoutAnyFile(_ name: String) throws {
    #expect(try ThemeLibrary(folders: []).load(name).name == name)
  }

  @Test func namesWhatThereIs() throws {
    let folder = try Folder()
    try folder.write("mine.yaml", "name: mine")
    try folder.write("notes.txt", "")
    let library = ThemeLibrary(folders: [folder.path, "/nowhere"])
    #expect(library.names == ["dark", "light", "mine", "monochrome"])
    #expect(
      sentence(library, "drak")
        == "drak: there is no such theme; did you mean dark? known: dark, light, mine, monochrome")
  }

  @Test func firstFolderWins() throws {
    let (first, second) = (try Folder(), try Folder())
    try first.write("dark.yaml", "{name: dark, background: light}")
    try second.write("dark.yaml", "{name: dark, background: dark}")
    let library = ThemeLibrary(folders: [first.path, second.path])
    #expect(try library.load("dark").background == .light)
  }

  @Test func inheritsFromAShippedTheme() throws {
    let folder = try Folder()
    try folder.write("mine.yaml", "{name: mine, inherits: dark}")
    let library = ThemeLibrary(folders: [folder.path])
    let (mine, dark) = (try library.load("mine"), try library.load("dark"))
    #expect(mine.styles == dark.styles)
  }

  @Test func circleIsRefused() throws {
    let folder = try Folder()
    try folder.write("a.yaml", "{name: a, inherits: b}")
    try folder.write("b.yaml", "{name: b, inherits: a}")
    let said = sentence(ThemeLibrary(folders: [folder.path]), "a")
    #expect(said?.contains("inherits in a circle") == true)
  }

  @Test func pathIsReadAsItIs() throws {
    let folder = try Folder()
    try folder.write("own.yaml", "name: own")
    let library = ThemeLibrary(folders: [])
    #expect(try library.load(folder.path + "/own.yaml").name == "own")
    #expect(
      sentence(library, folder.path + "/none.yaml")
        == "\(folder.path)/none.yaml: there is no such file")
  }

  @Test func looksInTheConfigurationThenBesideTheProgram() {
    let environment = ["XDG_CONFIG_HOME": "/home/ana/.config", "HOME": "/home/ana"]
    let installed = ThemeLibrary(environment: environment, program: "/opt/d/bin/dashboard")
    #expect(
      installed.folders == [
        "/home/ana/.config/dashboard/themes", "/opt/d/share/dashboard/themes",
      ])
    let plain = ThemeLibrary(environment: ["HOME": "/home/ana"], program: nil)
    #expect(plain.folders == ["/home/ana/.config/dashboard/themes"])
  }

  @Test func looksInTheTreeThatTheProgramWasBuiltFrom() throws {
    let folder = try Folder()
    try folder.write("Package.swift", "")
    let library = ThemeLibrary(
      environment: [:], program: folder.path + "/.build/release/dashboard")
    #expect(library.folders.last == folder.path + "/themes")
  }

  @Test func runningProgramIsKnown() {
    #expect(ThemeLibrary.runningProgram?.hasPrefix("/") == true)
  }
}
