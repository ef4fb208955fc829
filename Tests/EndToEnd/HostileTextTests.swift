import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// What users, guests, drivers and configurations say reaches no terminal, log or document as
  /// anything but text.
  @Suite struct HostileTextTests {
    /// Texts that would do something, were they written as they are.
    private static let payloads = [
      "\u{1b}[777;777H", "\u{1b}]0;owned\u{7}", "\u{1b}]52;c;b3duZWQ=\u{7}",
      "\u{1b}]8;;http://owned\u{1b}\\here", "\u{1b}P+q544e\u{1b}\\", "\u{1b}[6n", "\u{1b}c",
      "\u{9b}777H", "\u{90}owned\u{9c}", "a\u{202e}exe.txt", "b\u{2066}\u{2067}c",
      "\u{200b}\u{feff}d",
      "e" + String(repeating: "\u{301}", count: 400), "f\u{7f}\u{8}\u{8}g", "h\r\nroot: #",
      String(repeating: "W", count: 5000), "\"; DROP TABLE deployment; --", "$(reboot)", "%n%s\\",
    ]

    @Test func staysText() throws {
      try CommandEnvironment.with(Self.configuration) { place in
        let terminal = try Terminal(
          "'\(Program.path)' --config '\(place.config)'", in: place, size: .large)
        try terminal.shows("1 Pools")
        let recording = place.folder + "/recording"
        try terminal.record(to: recording)
        var said = try Self.act(place)
        said += try Self.look(place)
        try Self.wander(terminal)
        #expect(said.contains { $0.1.contains("]0;owned") }, "the texts were never shown")
        for (command, text) in said { Self.expectInert(text, command) }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: recording))
        #expect(bytes.firstRange(of: Data("owned".utf8)) != nil, "the texts were never shown")
        Self.expectNoPayload(in: bytes)
      }
    }

    // MARK: What is done with them

    /// Each as the reason of a driver's error, in a pool of its own, and as a name.
    private static var configuration: String {
      let pools = payloads.enumerated().map { index, payload in
        """
          - name: bad\(index)
            provider: play
            service: { failing: [deployForCache], reason: \(quoted(payload)), stepTime: 10ms }
            sizes: { initial: 0, l1: 1, l2: 0, max: 2 }
            names: { prefix: b\(index)-, digits: 2 }
            errorRetention: 1h

        """
      }
      return """
        grace: 0s
        providers:
          - name: play
            driver: simulated
        pools:
          - name: ok
            provider: play
            service: { steps: 0 }
            sizes: { initial: 0, l1: 3, l2: 0, max: 60 }
            names: { prefix: ok-, digits: 3 }

        """ + pools.joined()
    }

    /// In double quotes of YAML, with nothing but ASCII.
    private static func quoted(_ text: String) -> String {
      let scalars = text.unicodeScalars.map { scalar in
        let digits = String(scalar.value, radix: 16)
        return scalar.value >= 0x20 && scalar.value < 0x7f
          && !"\"\\".unicodeScalars.contains(scalar)
          ? String(scalar) : "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
      }
      return "\"" + scalars.joined() + "\""
    }

    private static func act(_ place: CommandEnvironment) throws -> [(String, String)] {
      var said: [(String, String)] = []
      let all = payloads.filter { $0.count < 1000 }.joined(separator: " ")
      let who = ["USER": all, "LOGNAME": all]
      let commands =
        payloads.map { ["assign", "ok", $0] } + [
          ["ready", all], ["notify", "ip", "ok-000", all], ["notify", "login", "ok-000", all],
          ["why", all], ["assign", all, "ana"], ["ready", "ok-000", "--key", all], [all],
        ]
      for words in commands {
        let answer = try place.run(words + ["--config", place.config], environment: who)
        said.append((words.joined(separator: " "), answer.output + answer.errors))
      }
      // What no command line can carry: bytes that are no UTF-8, and a megabyte.
      var users = Data([0x61, 0xff, 0xfe, 0xc0, 0xaf, 0x0a, 0xed, 0xa0, 0x80, 0x0a])
      users += Data(repeating: 0x57, count: 1 << 20) + Data([0x0a])
      try users.write(to: URL(fileURLWithPath: place.folder + "/users"))
      let answer = try place.dashboard("assign", "ok", "--users", place.folder + "/users")
      said.append(("assign --users", answer.output + answer.errors))
      return said
    }

    private static func look(_ place: CommandEnvironment) throws -> [(String, String)] {
      var said: [(String, String)] = []
      for words in [
        ["pools"], ["deployments", "--all"], ["events"], ["why", "bad0"], ["show", "ok-000"],
        ["plan"], ["doctor"], ["--once"],
      ] {
        for more in words == ["--once"] ? [[]] : [[], ["--json"]] {
          let answer = try place.run(words + more + ["--config", place.config])
          #expect(answer.code == 0, "\(words): \(answer)")
          said.append(("\(words) \(more)", answer.output + answer.errors))
        }
      }
      return said
    }

    private static func wander(_ terminal: Terminal) throws {
      try terminal.press("1", "j", "j", "4", "j", "j", "5", "Tab", "h", "l", "Escape")
      try terminal.press("e")
      try terminal.shows("Events")
      // A key right behind Escape would be read together with it by a program that is slow.
      try terminal.press("g", "G", "Escape")
      try terminal.hides("Events")
      try terminal.press("!", "!", "x")
      try terminal.shows("Actions:")
      try terminal.press("Escape")
      try terminal.hides("Actions:")
      try terminal.press("?")
      try terminal.shows("Help: ")
      try terminal.press("Escape")
      try terminal.hides("Help: ")
      _ = try eventually("the screen is gone") {
        if try terminal.value("pane_dead") == "1" { return true }
        try terminal.press("q", "y")
        return nil
      }
    }

    // MARK: What must not come of it

    private static func expectInert(_ text: String, _ command: String) {
      let active = text.unicodeScalars.filter { scalar in
        switch scalar.value {
        case 0x0a: false
        case 0x00...0x1f, 0x7f...0x9f, 0x200b...0x200f, 0x202a...0x202e, 0x2060...0x206f, 0xfeff:
          true
        default: false
        }
      }
      #expect(active.isEmpty, "\(command): \(active.map { String($0.value, radix: 16) })")
    }

    private static func expectNoPayload(in bytes: Data) {
      for payload in payloads {
        // Up to its first sign that does something, and that.
        guard
          let place = payload.unicodeScalars.firstIndex(where: {
            $0.value < 0x20 || $0.value > 0x7e
          })
        else { continue }
        let start = String(payload.unicodeScalars[place...].prefix(6))
        #expect(bytes.firstRange(of: Data(start.utf8)) == nil, "\(start.debugDescription)")
      }
      #expect(bytes.firstRange(of: Data("owned\u{7}".utf8)) == nil)
    }
  }
}
