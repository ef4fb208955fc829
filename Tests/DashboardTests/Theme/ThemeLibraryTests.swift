import Foundation
import TerminalCells
import TestSupport
import Testing

@testable import DashboardKit

@Suite struct ThemeLibraryTests {
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
    let folder = try TemporaryFolder("themes")
    try folder.write("name: mine", to: "mine.yaml")
    try folder.write("", to: "notes.txt")
    let library = ThemeLibrary(folders: [folder.path, "/nowhere"])
    #expect(library.names == ["dark", "light", "mine", "monochrome"])
    #expect(
      sentence(library, "drak")
        == "drak: unknown theme; did you mean dark? themes: dark, light, mine, monochrome")
  }

  @Test func firstFolderWins() throws {
    let (first, second) = (try TemporaryFolder("themes"), try TemporaryFolder("themes"))
    try first.write("{name: dark, background: light}", to: "dark.yaml")
    try second.write("{name: dark, background: dark}", to: "dark.yaml")
    let library = ThemeLibrary(folders: [first.path, second.path])
    #expect(try library.load("dark").background == .light)
  }

  @Test func inheritsFromAShippedTheme() throws {
    let folder = try TemporaryFolder("themes")
    try folder.write("{name: mine, inherits: dark}", to: "mine.yaml")
    let library = ThemeLibrary(folders: [folder.path])
    let (mine, dark) = (try library.load("mine"), try library.load("dark"))
    #expect(mine.styles == dark.styles)
  }

  @Test func circleIsRefused() throws {
    let folder = try TemporaryFolder("themes")
    try folder.write("{name: a, inherits: b}", to: "a.yaml")
    try folder.write("{name: b, inherits: a}", to: "b.yaml")
    let said = sentence(ThemeLibrary(folders: [folder.path]), "a")
    #expect(said?.contains("inherits from itself") == true)
  }

  @Test func pathIsReadAsItIs() throws {
    let folder = try TemporaryFolder("themes")
    try folder.write("name: own", to: "own.yaml")
    let library = ThemeLibrary(folders: [])
    #expect(try library.load(folder.path + "/own.yaml").name == "own")
    #expect(
      sentence(library, folder.path + "/none.yaml")
        == "\(folder.path)/none.yaml: does not exist")
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
    let folder = try TemporaryFolder("themes")
    try folder.write("", to: "Package.swift")
    let library = ThemeLibrary(
      environment: [:], program: folder.path + "/.build/release/dashboard")
    #expect(library.folders.last == folder.path + "/themes")
  }

  @Test func runningProgramIsKnown() {
    #expect(ThemeLibrary.runningProgram?.hasPrefix("/") == true)
  }
}
