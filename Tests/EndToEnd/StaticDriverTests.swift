import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// Machines that exist, which are listeners of this one.
  @Suite struct StaticDriverTests {
    /// Starts one machine, and says at which port it answers.
    private static func machine(_ number: Int, in place: CommandEnvironment, port: Int = 0) throws
      -> (child: Child, port: Int)
    {
      let file = "\(place.folder)/port-\(number)"
      try? FileManager.default.removeItem(atPath: file)
      let program = """
        import os, socket, sys
        listener = socket.create_server(("127.0.0.1", \(port)))
        open("\(file).new", "w").write(str(listener.getsockname()[1]))
        os.rename("\(file).new", "\(file)")
        while True: listener.accept()[0].close()
        """
      let child = try Child(
        Program.python, ["-S", "-E", "-c", program], environment: place.environment)
      let text = try eventually("machine \(number) listens") {
        try? String(contentsOfFile: file, encoding: .utf8)
      }
      return (child, Int(text) ?? 0)
    }

    private static func configuration(_ hosts: [(name: String, port: Int)]) -> String {
      let rows = hosts.map {
        "      - { name: \($0.name), address: 127.0.0.1, port: \($0.port) }"
      }
      return """
        grace: 0s
        providers:
          - name: room
            driver: static
            claims: $PLACE/claims
            hosts:
        \(rows.joined(separator: "\n"))
        pools:
          - name: desks
            provider: room
            service: { readyWithin: 1s }
            sizes: { l1: 5, max: 9 }
            names: { prefix: desk-, digits: 2 }
            errorRetention: 1s

        """
    }

    private static func list(_ place: CommandEnvironment) throws -> [String] {
      try place.deployments().filter(\.isReady).map(\.name).sorted()
    }

    @Test func machinesAreHandedOutTriedAgainAndDrained() throws {
      try CommandEnvironment.with { place in
        let one = try Self.machine(1, in: place)
        let two = try Self.machine(2, in: place)
        let three = try Self.machine(3, in: place)
        try place.kill(three.child)
        let hosts = [("pc-1", one.port), ("pc-2", two.port), ("pc-3", three.port)]
        try place.configure(Self.configuration(hosts))
        let check = try place.dashboard("check")
        #expect(check.code == 69)
        #expect(check.output.contains("1 of 3 hosts do not answer: pc-3"), "\(check)")

        // As many as there are, whatever the pool wants; the silent one is named, and not ready.
        let engine = try place.engine()
        _ = try eventually("two are ready", seen: { "\((try? place.deployments()) ?? [])" }) {
          try Self.list(place) == ["pc-1", "pc-2"] ? true : nil
        }
        let waiting = try eventually("the third says why") {
          try place.deployments().first { $0.reasonOfError?.contains("pc-3") == true }
        }
        #expect(waiting.state == "preparing")
        #expect(try place.deployments().count == 3)

        let assigned = try place.dashboard("assign", "desks", "ana", "--wait")
        #expect(assigned.output.hasPrefix("127.0.0.1:"), "\(assigned)")
        let used = try #require(try place.deployments().first { $0.user == "ana" })

        // It is switched on, and found.
        let again = try Self.machine(3, in: place, port: three.port)
        _ = try eventually("the third is ready", seen: { "\((try? place.deployments()) ?? [])" }) {
          try Self.list(place).contains("pc-3") ? true : nil
        }

        // It leaves the list while it is used: it stays, and is not handed out again.
        try place.configure(Self.configuration(hosts.filter { $0.0 != used.name }))
        engine.signal(SIGHUP)
        let ready = try place.dashboard("ready", used.id, "--wait")
        #expect(ready.code == 0, "\(ready)")
        #expect(try place.dashboard("release", used.id, "--wait").code == 0)
        #expect(
          try eventually("only the others") {
            try Self.list(place).contains(used.name) ? nil : true
          })
        #expect(try place.deployments().count == 2)
        let claims = try FileManager.default.contentsOfDirectory(atPath: place.folder + "/claims")
        #expect(claims.count == 2)
        for machine in [one.child, two.child, again.child] { try place.kill(machine) }
      }
    }
  }
}
