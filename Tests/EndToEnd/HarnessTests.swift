import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// The tools of these tests, on programs that every machine has.
  @Suite struct HarnessTests {
    @Test func seesWhatIsTypedAndHowItEnds() throws {
      try CommandEnvironment.with { place in
        let terminal = try Terminal("sh", in: place, size: .small)
        try terminal.type("stty size; echo a$((20 + 3))z")
        try terminal.press("Enter")
        try terminal.shows("24 80", "a23z")
        try terminal.resize(to: .large)
        try terminal.type("stty size; exit 7")
        try terminal.press("Enter")
        let (code, rows) = try terminal.end()
        #expect(code == 7)
        #expect(rows.contains { $0.contains("36 120") }, "\(rows)")
      }
    }

    @Test func saysWhatItSawWhenSomethingDoesNotCome() throws {
      try CommandEnvironment.with { place in
        let terminal = try Terminal("sh -c 'echo here; sleep 1000'", in: place, size: .small)
        try terminal.shows("here")
        let failure = #expect(throws: TooLate.self) { try terminal.shows("there", within: 0) }
        #expect(failure?.description.contains("│here") ?? false)
      }
    }

    @Test func leavesNothingBehind() throws {
      var folder = ""
      #expect(throws: TooLate.self) {
        try CommandEnvironment.with { place in
          folder = place.folder
          _ = try Terminal("sh -c 'setsid sleep 1000 & setsid sleep 1000'", in: place, size: .small)
          _ = try eventually("both sleep") {
            Processes.all(with: CommandEnvironment.mark, folder).filter { $0.name == "sleep" }.count
              == 2
              ? true : nil
          }
          throw TooLate(description: "as a test that fails")
        }
      }
      #expect(Processes.all(with: CommandEnvironment.mark, folder).isEmpty)
      #expect(!FileManager.default.fileExists(atPath: folder))
    }
  }
}
