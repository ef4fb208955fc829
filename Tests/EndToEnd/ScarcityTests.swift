import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// The machine runs out of something while the engine works: nothing that exists is forgotten or
  /// made twice, nothing is acknowledged that is not stored, and it goes on by itself afterwards.
  @Suite struct ScarcityTests {
    private static let configuration = Configurations.sleepers(l1: 3, l2: 1, max: 20)

    @Test func whatCannotBeSeenIsNotTakenForGone() throws {
      try CommandEnvironment.with(Self.configuration) { place in
        let engine = try place.engine()
        try place.filled(jobs: 4)
        let before = place.groups()
        let one = try #require(try place.deployments().first { $0.placement == "L1" })

        try place.limit(engine, "nofile", try Self.firstFreeFile(of: engine))
        let asked = try place.dashboard("ready", one.id)
        #expect(asked.code == 0, "\(asked)")
        #expect(try place.dashboard("resize", "jobs", "--l1", "4").code == 0)
        _ = try eventually("it says what is missing") {
          let said = try place.dashboard("events").output
          return said.contains("Too many open files") ? true : nil
        }
        #expect(try place.deployments().allSatisfy { $0.state != "error" })

        try place.limit(engine, "nofile", 1024)
        try place.filled(jobs: 5)
        let after = place.groups()
        #expect(after.values.allSatisfy { $0.count == 1 }, "\(after)")
        for (name, process) in before {
          #expect(after[name]?.map(\.pid) == process.map(\.pid), "\(name) was replaced")
        }
      }
    }

    @Test func whatCannotBeStoredIsNotDone() throws {
      try CommandEnvironment.with(Self.configuration) { place in
        let engine = try place.engine()
        try place.filled(jobs: 4)
        let before = place.groups()

        // As a full disk answers: no file may grow beyond its first page.
        try place.limit(engine, "fsize", 4096)
        let refused = try place.dashboard("assign", "jobs", "ana")
        #expect(refused.code != 0, "\(refused)")
        #expect(place.groups().mapValues { $0.map(\.pid) } == before.mapValues { $0.map(\.pid) })
        #expect(try place.deployments().allSatisfy { $0.user == nil })

        try place.limit(engine, "fsize", nil)
        _ = try eventually("somebody can be served again") {
          try place.dashboard("assign", "jobs", "luis").code == 0 ? true : nil
        }
        try place.filled(jobs: 5)
        let served = try place.deployments().filter { $0.user != nil }
        #expect(served.map(\.user) == ["luis"], "\(refused)")
      }
    }

    @Test func tooFewFilesAreSaidAtTheStart() throws {
      try CommandEnvironment.with(Self.configuration) { place in
        let shell = "ulimit -n 20; exec setpriv --bounding-set=-sys_resource \"$0\" pools"
        let output = place.folder + "/said"
        let child = try Child(
          "sh", ["-c", shell, Program.path], environment: place.environment, errors: output)
        #expect(try child.end() == 1)
        #expect(place.read(output).contains("20 files"), "\(place.read(output))")
      }
    }

    // MARK: -

    /// The limit that leaves no descriptor free: some may be open above it, inherited from what
    /// runs the tests.
    private static func firstFreeFile(of process: Child) throws -> Int {
      let names = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.pid)/fd")
      let open = Set(names.compactMap { Int($0) })
      return (0...open.count).first { !open.contains($0) } ?? open.count
    }
  }
}
