import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// A pool that a program of somebody's own makes: the example of the documentation.
  @Suite struct CommandDriverTests {
    private static let configuration = Configurations.folders(
      "L1+L2", sizes: "{ l1: 2, l2: 1, max: 6 }")

    @Test func aProgramOfOnesOwnKeepsAPoolThroughACrash() throws {
      try CommandEnvironment.with(Self.configuration) { place in
        let made = place.folder + "/made"
        let missing = try place.dashboard("check")
        #expect(missing.code == 69)
        #expect(missing.output.contains("config.root must be a writable folder"))
        try FileManager.default.createDirectory(
          atPath: made, withIntermediateDirectories: true)
        #expect(try place.dashboard("check").code == 0)

        // Killed in the middle: what it began is found again, and nothing is made twice.
        let first = try place.start(["engine", "--config", place.config])
        _ = try eventually("the first folder") { Self.folders(in: made).isEmpty ? nil : true }
        try place.kill(first)
        let rest = try place.run(
          ["engine", "--until-idle", "--timeout", "120s", "--config", place.config], within: 180)
        #expect(rest.code == 0, "\(rest)")
        #expect(Self.folders(in: made).count == 3)
        #expect(try place.deployments().filter(\.isReady).count == 3)

        try place.engine()
        let assigned = try place.dashboard("assign", "lab", "ana", "--wait")
        #expect(assigned.code == 0, "\(assigned)")
        #expect(assigned.output.hasPrefix("127.0.0.1:"))
        let deployment = try #require(try place.deployments().first { $0.user == "ana" })
        #expect(Self.folders(in: made).contains(deployment.name))

        // Removed behind its back: an error that says so, and nothing made in its place.
        try FileManager.default.removeItem(atPath: "\(made)/\(deployment.name)")
        let ready = try place.dashboard("ready", deployment.id, "--wait")
        #expect(ready.code == 1)
        #expect(ready.errors.contains("its folder is gone"), "\(ready)")

        #expect(try place.dashboard("destroy", deployment.id, "--wait").code == 0)
        for other in try place.deployments() {
          _ = try place.dashboard("pause", "lab")
          _ = try place.dashboard("destroy", other.id, "--wait")
        }
        #expect(Self.folders(in: made) == [])
      }
    }

    /// A platform that does not let us in for a while: nothing new is asked of it, whoever has one
    /// is served, and it goes on by itself.
    @Test func aPlatformThatLetsNobodyInIsLeftAloneAndTriedAgain() throws {
      let program = #"""
        request=$(cat)
        field() { printf %s "$request" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
        call=$(field call); key=$(field key); owner=$(field owner)
        if [ "$1" = create ] && [ -e "$0.locked" ]; then
        echo "$key" >> "$0.asked"
        printf '{"call":"%s","outcome":"failed","error":{"class":"auth",' "$call"
        echo '"message":"the password is over"}}'; exit
        fi
        printf '{"call":"%s","outcome":"done","observed":{"power":"running",' "$call"
        printf '"key":"%s","owner":"%s","ip":"192.0.2.1"}}\n' "$key" "$owner"

        """#
      let configuration = """
        grace: 0s
        providers:
          - { name: cloud, driver: command, command: [/bin/sh, $PLACE/driver] }
        pools:
          - name: lab
            provider: cloud
            sizes: { l1: 1, max: 9 }
            names: { prefix: lab-, digits: 1 }
          - name: other
            provider: cloud
            sizes: { l1: 0, max: 9 }
            names: { prefix: other-, digits: 1 }

        """
      try CommandEnvironment.with(configuration) { place in
        let driver = place.folder + "/driver"
        try place.write(program, to: driver)
        try place.engine()
        _ = try eventually("one is ready") { try place.pool("lab").counts.l1Ready == 1 ? 1 : nil }
        try place.write("", to: driver + ".locked")
        try place.dashboard("resize", "lab", "--l1", "4")
        for pool in ["lab", "other"] {
          _ = try eventually("\(pool) says why") {
            let lines = try place.dashboard("pools").output.split(separator: "\n")
            let line = lines.first { $0.hasPrefix(pool) } ?? ""
            return line.contains("restrained") && line.contains("the password is over") ? 1 : nil
          }
        }
        let assigned = try place.dashboard("assign", "lab", "ana", "--wait")
        #expect(assigned.code == 0, "\(assigned)")
        let refused = try place.dashboard("assign", "other", "bob")
        #expect(refused.code == 1 && refused.errors.contains("the password is over"), "\(refused)")
        #expect(unlink(driver + ".locked") == 0)
        _ = try eventually("it goes on by itself") {
          try place.pool("lab").counts.l1Ready == 4 ? 1 : nil
        }
        #expect(
          try place.dashboard("events").output.contains("cloud accepts our credentials again"))
      }
    }

    private static func folders(in path: String) -> [String] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      return names.filter { !$0.hasPrefix(".") }
    }

    /// A driver in sh whose `create` does this, with the engine's own command line.
    private static func shell(_ create: String) -> String {
      #"""
      #!/bin/sh
      request=$(cat)
      field() { printf %s "$request" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
      call=$(field call); key=$(field key); owner=$(field owner)
      here=$(dirname "$0")
      reply() { printf '{"call":"%s",%s}\n' "$call" "$1"; }
      case $1 in
      create) \#(create); reply '"outcome":"done"';;
      status) reply "\"outcome\":\"done\",\"observed\":{\"power\":\"running\",\
      \"key\":\"$key\",\"owner\":\"$owner\",\"ip\":\"192.0.2.1\"}";;
      *) reply '"outcome":"done"';;
      esac

      """#
    }

    private static let shellConfiguration = """
      grace: 0s
      providers:
        - { name: own, driver: command, command: [/bin/sh, $PLACE/driver] }
      pools:
        - name: own
          provider: own
          sizes: { l1: 1, max: 1 }
          names: { prefix: own-, digits: 1 }

      """

    @Test func aCallEndsWithAnEngineThatIsKilled() throws {
      try CommandEnvironment.with(Self.shellConfiguration) { place in
        try place.write(
          Self.shell(
            "trap '' TERM; sleep 1000 & echo $$ $! > $here/new; mv $here/new $here/pids; wait"),
          to: place.folder + "/driver")
        let engine = try place.engine()
        let pids = try eventually("it is called") {
          let text = try? String(contentsOfFile: place.folder + "/pids", encoding: .utf8)
          return text?.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
        }
        #expect(pids.count == 2)
        try place.kill(engine, SIGKILL)
        _ = try eventually("the program and its child are gone") {
          pids.allSatisfy { Processes.read($0)?.state ?? "Z" == "Z" } ? true : nil
        }
      }
    }

    @Test func waitingForTheEngineThatWaitsIsRefused() throws {
      try CommandEnvironment.with(Self.shellConfiguration) { place in
        let act = "\(Program.path) assign own ana --config \(place.config)"
        try place.write(
          Self.shell(
            "\(act) --wait > $here/waited 2>&1; echo $? >> $here/waited; "
              + "\(act) > $here/asked 2>&1; echo $? >> $here/asked"),
          to: place.folder + "/driver")
        try place.engine()
        _ = try eventually("it is made") {
          try place.deployments().contains(where: \.isReady) ? true : nil
        }
        let waited = try String(contentsOfFile: place.folder + "/waited", encoding: .utf8)
        #expect(waited.hasPrefix("dashboard: --wait is refused inside the driver's call c-"))
        #expect(waited.hasSuffix("\n1\n"))
        #expect(waited.split(separator: "\n").count == 2)
        let asked = try String(contentsOfFile: place.folder + "/asked", encoding: .utf8)
        #expect(asked.hasSuffix("\n0\n"), "\(asked)")
      }
    }
  }
}
