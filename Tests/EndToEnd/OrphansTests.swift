import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// What exists outside and has lost its record, with a driver that is somebody's own program: it
  /// is listed, and removed when its name is said, and nothing else is.
  @Suite struct OrphansTests {
    private static let configuration = Configurations.folders(
      "L1", sizes: "{ initial: 0, l1: 3, l2: 0, max: 6 }")

    /// Another user may not look into the processes of the engine, and does not say that there are
    /// none.
    @Test(.enabled(if: OtherUser.isPossible, "nobody else can be run as here"))
    func whoCannotLookDoesNotSayThatThereIsNothing() throws {
      let jobs = Configurations.sleepers(l1: 1, l2: 0, max: 2)
      try CommandEnvironment.with(jobs) { place in
        #expect(try place.settle().code == 0)
        #expect(try place.dashboard("orphans").code == 0)
        try FileManager.default.copyItem(
          atPath: Program.path, toPath: place.folder + "/dashboard")
        try place.tool("chmod", "-R", "a+rX", place.folder)
        let words = [place.folder + "/dashboard", "orphans", "--config", place.config]
        let answer = try OtherUser.run(words, in: place)
        #expect(answer.code == 69 && answer.output.isEmpty, "\(answer)")
        #expect(answer.errors.contains("the store belongs to user 0"), "\(answer)")
      }
    }

    @Test func whatLostItsRecordIsListedAndRemovedByName() throws {
      try CommandEnvironment.with(Self.configuration) { place in
        let made = place.folder + "/made"
        try FileManager.default.createDirectory(atPath: made, withIntermediateDirectories: true)
        #expect(try place.settle().code == 0)
        #expect(Self.folders(in: made) == ["lab-000", "lab-001", "lab-002"])
        let none = try place.dashboard("orphans")
        #expect(none.output == "there are no orphans\n", "\(none)")

        // Somebody else's folder of the same kind, and a record that is lost.
        try FileManager.default.createDirectory(
          atPath: made + "/lab-900", withIntermediateDirectories: true)
        try place.write(
          #"{"owner": "another", "key": "d1", "name": "lab-900"}"#,
          to: made + "/lab-900/.workspace.json")
        try place.sqlite("DELETE FROM deployment WHERE name = 'lab-001'")
        let listed = try place.dashboard("orphans", "--json")
        let orphans = try listed.json([Shown].self)
        let orphan = try #require(orphans.first, "\(listed)")
        #expect(orphans.count == 1, "\(listed)")
        #expect(orphan.provider == "folders" && orphan.removable, "\(listed)")

        let wrong = try place.dashboard("orphans", "--remove", "lab-000", "lab-900")
        #expect(wrong.code == 1, "\(wrong)")
        #expect(Self.folders(in: made) == ["lab-000", "lab-001", "lab-002", "lab-900"])
        let right = try place.dashboard("orphans", "--remove", orphan.name)
        #expect(right.code == 0, "\(right)")
        #expect(Self.folders(in: made) == ["lab-000", "lab-002", "lab-900"])
        #expect(try place.dashboard("orphans").output == none.output)
      }
    }

    @Test func whatLostItsRecordComesBackToItsUser() throws {
      try CommandEnvironment.with(Self.configuration) { place in
        try FileManager.default.createDirectory(
          atPath: place.folder + "/made", withIntermediateDirectories: true)
        #expect(try place.settle().code == 0)
        try place.sqlite("DELETE FROM deployment WHERE name = 'lab-001'")
        // Nothing is made in its place.
        try place.configure(Self.configuration.replacing("l1: 3", with: "l1: 2"))
        try place.engine()
        let orphans = try place.dashboard("orphans", "--json").json([Shown].self)
        let name = try #require(orphans.first?.name)
        let answer = try eventually("the engine has seen it twice") {
          let answer = try place.dashboard("adopt", name, "zoe", "--wait")
          return answer.code == 66 ? nil : answer
        }
        #expect(answer.code == 0, "\(answer)")
        let adopted = try #require(try place.deployments().first { $0.user == "zoe" })
        #expect(adopted.name == "lab-001" && adopted.state == "usable", "\(adopted)")
        #expect(try place.dashboard("orphans").output == "there are no orphans\n")
      }
    }

    private struct Shown: Decodable, Hashable {
      let provider: String
      let name: String
      let removable: Bool
    }

    private static func folders(in path: String) -> [String] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      return names.filter { !$0.hasPrefix(".") }.sorted()
    }
  }
}
