import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// A file that is broken, cut or moved under machines, and the engine whose store has a
  /// configuration of its own.
  @Suite struct ConfigurationAtStartTests {
    private static func ready(_ place: CommandEnvironment, _ count: Int) throws {
      _ = try eventually("\(count) are ready", seen: { "\((try? place.deployments()) ?? [])" }) {
        try place.deployments().count(where: \.isReady) == count ? true : nil
      }
    }

    @Test(arguments: ["", "providers:\n", "pools: [\n", "pools: [{ name: 5 }]\nx: y\n"])
    func theEngineGoesOnWithItsOwnConfiguration(_ broken: String) throws {
      try CommandEnvironment.with(Configurations.pretended) { place in
        #expect(try place.settle().code == 0)
        try place.configure(broken)
        let answer = try place.settle()
        #expect(answer.code == 0, "\(answer)")
        #expect(answer.errors.contains("because that of the file was rejected"), "\(answer)")
        try Self.ready(place, 2)
        let doctor = try place.dashboard("doctor")
        #expect(doctor.code == 1, "\(doctor)")
        #expect(
          doctor.output.contains("an engine goes on with the configuration in the store"),
          "\(doctor)")
        #expect(try place.dashboard("check").code == 78)
      }
    }

    @Test func theLogHasALevel() throws {
      try CommandEnvironment.with(Configurations.pretended) { place in
        let quiet = try place.dashboard("engine", "--until-idle", "--log-level", "warning")
        #expect(quiet.code == 0 && quiet.errors.contains(" warning "), "\(quiet)")
        #expect(!quiet.errors.contains(" info "), "\(quiet)")
        let usual = try place.settle()
        #expect(usual.code == 0 && usual.errors.contains(" info "), "\(usual)")
        #expect(try place.dashboard("engine", "--log-level", "loud").code == 64)
      }
    }

    @Test func aReloadClosesPoolsOnlyIfTheFileSaysSo() throws {
      try CommandEnvironment.with(Configurations.pretended) { place in
        let engine = try place.engine()
        try Self.ready(place, 2)
        try place.configure("providers:\n")
        engine.signal(SIGHUP)
        _ = try eventually("the reload is refused") {
          place.engineLog().contains("the configuration was rejected") ? true : nil
        }
        #expect(try place.deployments().count(where: \.isReady) == 2)
        try place.configure("pools: []\n")
        engine.signal(SIGHUP)
        _ = try eventually("a signal confirms nothing") {
          place.engineLog().contains("it closes the only pool") ? true : nil
        }
        for words in [["reload"], ["reload", "--force"]] {
          let refused = try place.run(words + ["--config", place.config])
          #expect(refused.code == 1 && refused.errors.contains("--close-all"), "\(refused)")
        }
        #expect(try place.deployments().count(where: \.isReady) == 2)
        let closed = try place.dashboard("reload", "--close-all")
        #expect(closed.code == 0 && closed.output.contains("it removes 2 cached"), "\(closed)")
        _ = try eventually("what is cached leaves") {
          try place.deployments().isEmpty ? true : nil
        }
      }
    }

    @Test func aReloadThatRemovesSomethingIsConfirmed() throws {
      try CommandEnvironment.with(Configurations.pretended) { place in
        let engine = try place.engine()
        try Self.ready(place, 2)
        let one = Configurations.pretended.replacing("l1: 2", with: "l1: 1")
        #expect(one != Configurations.pretended)
        try place.configure(one)
        let refused = try place.dashboard("reload")
        #expect(refused.code == 1, "\(refused)")
        #expect(refused.errors.contains("it would remove 1 cached deployment"), "\(refused)")
        #expect(try place.deployments().count(where: \.isReady) == 2)
        try place.write("store: \(place.store)\nsecret: 5\n", to: place.config)
        let broken = try place.dashboard("reload")
        #expect(broken.code == 1 && broken.errors.contains("`dashboard check` lists it"))
        #expect(!broken.errors.contains("secret"), "who asks may not be allowed to read the file")
        try place.configure(one)
        #expect(try place.dashboard("reload", "--force").code == 0)
        try Self.ready(place, 1)
        try place.kill(engine)
        #expect(try place.dashboard("reload").code == 69)
      }
    }

    @Test func aProviderIsNotReplacedUnderItsDeployments() throws {
      let before = Configurations.folders("L1", sizes: "{ initial: 0, l1: 1, l2: 0, max: 6 }")
      try CommandEnvironment.with(before) { place in
        try FileManager.default.createDirectory(
          atPath: place.folder + "/made", withIntermediateDirectories: true)
        #expect(try place.settle().code == 0)
        let after = Configurations.pretended.replacing("name: play", with: "name: folders")
          .replacing("provider: play", with: "provider: folders")
        try place.configure(after)
        let check = try place.dashboard("check")
        #expect(check.code == 78 && check.output.contains("lab-000"), "\(check)")
        let kept = try place.settle()
        #expect(kept.code == 0 && kept.errors.contains("its driver changes"), "\(kept)")
        #expect(try place.deployments().map(\.name) == ["lab-000"])
      }
    }

    @Test func whoCouldNotLookDoesNotSayThatThereIsNothing() throws {
      let configuration = Configurations.folders(
        "L1", sizes: "{ initial: 0, l1: 1, l2: 0, max: 6 }")
      try CommandEnvironment.with(configuration) { place in
        try FileManager.default.createDirectory(
          atPath: place.folder + "/made", withIntermediateDirectories: true)
        let engine = try place.engine()
        try Self.ready(place, 1)
        #expect(try place.dashboard("maintenance", "folders", "on").code == 0)
        let orphans = try place.dashboard("orphans")
        #expect(orphans.code == 69 && orphans.output == "", "\(orphans)")
        #expect(orphans.errors.contains("it is in maintenance"), "\(orphans)")
        let json = try place.dashboard("orphans", "--json")
        #expect(json.code == 69 && json.output.contains("in maintenance"), "\(json)")
        let remove = try place.dashboard("orphans", "--remove", "lab-000")
        #expect(remove.code == 69, "\(remove)")
        let check = try place.dashboard("check")
        #expect(check.code == 0 && check.errors.contains("was not tested"), "\(check)")
        try place.kill(engine)
      }
    }

    @Test func aRemovalByHandIsAnEvent() throws {
      let configuration = Configurations.folders(
        "L1", sizes: "{ initial: 0, l1: 2, l2: 0, max: 6 }")
      try CommandEnvironment.with(configuration) { place in
        try FileManager.default.createDirectory(
          atPath: place.folder + "/made", withIntermediateDirectories: true)
        #expect(try place.settle().code == 0)
        try place.sqlite("DELETE FROM deployment WHERE name = 'lab-001'")
        try place.configure(configuration.replacing("l1: 2", with: "l1: 1"))
        try place.engine()
        let removed = try place.dashboard("orphans", "--remove", "lab-001")
        #expect(removed.code == 0, "\(removed)")
        let events = try place.dashboard("events", "--limit", "20")
        #expect(events.output.contains("by hand: thing"), "\(events)")
      }
    }
  }
}
