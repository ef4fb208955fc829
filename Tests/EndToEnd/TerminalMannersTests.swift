import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// How the program behaves in terminals of every kind, and how it leaves them.
  @Suite struct TerminalMannersTests {
    /// What stands on the large screen when all is well.
    private static let signs = ["dashboard", "pretend", "pre-001"]

    private static func command(_ place: CommandEnvironment) -> String {
      "\(Program.path) --config \(place.config)"
    }

    // MARK: Less than a terminal

    @Test func printsTextWhereThereIsNoTerminal() throws {
      try CommandEnvironment.with(Configurations.pretended) { place in
        try Self.fill(place)
        let piped = try place.run(["--config", place.config])
        let once = try place.run(["--once", "--config", place.config])
        for answer in [piped, once] {
          #expect(answer.code == 0, "\(answer)")
          #expect(answer.errors == "", "\(answer)")
          for sign in ["pretend", "pre-001"] { #expect(answer.output.contains(sign), "\(answer)") }
          #expect(!answer.output.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
        }
      }
    }

    @Test func printsTextInADumbTerminal() throws {
      try CommandEnvironment.with(Configurations.pretended) { place in
        try Self.fill(place)
        let terminal = try Terminal(
          Self.command(place), in: place, size: .large, environment: ["TERM": "dumb"])
        let (code, rows) = try terminal.end()
        #expect(code == 0)
        #expect(rows.contains { $0.contains("pre-001") }, "\(rows)")
      }
    }

    @Test func fallsBackInATerminalThatNobodyKnows() throws {
      try CommandEnvironment.with(Configurations.pretended) { place in
        let terminal = try Terminal(
          "env TERM=nonsense " + Self.command(place), in: place, size: .large)
        try terminal.shows("pretend", "pre-000", "pre-001")
        try terminal.press("q")
        #expect(try terminal.end().code == 0)
      }
    }

    @Test func speaksASCIIWhereTheLocaleDoes() throws {
      try CommandEnvironment.with(Configurations.pretended) { place in
        let terminal = try Terminal(
          "env LC_ALL=C " + Self.command(place), in: place, size: .large)
        let rows = try terminal.shows("pretend", "pre-001", "usable")
        for row in rows { #expect(!row.contains { !$0.isASCII }, "\(row)") }
      }
    }

    @Test func saysTheMostThatFits() throws {
      try CommandEnvironment.with(Configurations.pretended) { place in
        let terminal = try Terminal(
          Self.command(place), in: place, size: Terminal.Size(width: 20, height: 5))
        try terminal.shows("ready")
        for (width, height) in [(1, 1), (40, 10), (60, 15), (80, 24), (3, 40), (200, 2)] {
          try terminal.resize(to: Terminal.Size(width: width, height: height))
        }
        try terminal.resize(to: .large)
        try terminal.shows("pretend", "pre-000", "pre-001")
        try terminal.press("q")
        #expect(try terminal.end().code == 0)
      }
    }

    // MARK: Giving it back

    /// Ends that a program can see coming.
    enum End: String, CaseIterable {
      case quit, term, hup, int, quitSignal
      // As crashes do it: what the program itself does with these is to give the terminal back.
      case abort, trap, segmentation

      var signal: Int32? {
        switch self {
        case .quit: nil
        case .term: SIGTERM
        case .hup: SIGHUP
        case .int: SIGINT
        case .quitSignal: SIGQUIT
        case .abort: SIGABRT
        case .trap: SIGTRAP
        case .segmentation: SIGSEGV
        }
      }

      /// What the shell says that the program ended with; nil: that is not looked at.
      var status: Int32? {
        switch self {
        case .quit: 0
        case .abort, .trap, .segmentation: signal.map { 128 + $0 }
        case .term, .hup, .int, .quitSignal: nil
        }
      }
    }

    @Test(arguments: End.allCases)
    func givesTheTerminalBack(_ end: End) throws {
      try CommandEnvironment.with(Configurations.pretended) { place in
        let script = """
          stty -a > before; \(Self.command(place)); echo "left with $?"
          stty -a > after; echo all is over; exec sleep 1000
          """
        try place.write("cd \(place.folder)\n" + script, to: place.folder + "/script")
        let terminal = try Terminal("sh \(place.folder)/script", in: place, size: .large)
        try terminal.shows("pretend", "pre-001")
        #expect(try terminal.value("alternate_on") == "1")

        if let signal = end.signal {
          for process in place.dashboards() { kill(process.pid, signal) }
        } else {
          try terminal.press("q")
        }
        let rows = try terminal.shows("all is over")
        #expect(try terminal.value("alternate_on") == "0", "\(end) \(rows)")
        #expect(try terminal.value("cursor_flag") == "1", "\(end)")
        #expect(try terminal.value("mouse_any_flag") == "0", "\(end)")
        #expect(try terminal.value("keypad_flag") == "0", "\(end)")
        let before = place.read(place.folder + "/before")
        #expect(before.contains("echo"))
        #expect(place.read(place.folder + "/after") == before, "\(end)")
        if let status = end.status {
          #expect(rows.contains { $0.contains("left with \(status)") }, "\(end): \(rows)")
        }
      }
    }

    @Test func endsWithItsTerminalAndLeavesTheWorkAlone() throws {
      try CommandEnvironment.with(Configurations.servers) { place in
        let terminal = try Terminal(Self.command(place), in: place, size: .large)
        try terminal.shows("web-000", "web-004")
        _ = try eventually("five servers") { place.groups().count == 5 ? true : nil }
        try terminal.close()
        _ = try eventually("the program ends", within: 10) {
          place.dashboards().isEmpty ? true : nil
        }
        #expect(place.groups().count == 5)
        let rest = try place.run(
          ["engine", "--until-idle", "--timeout", "30s", "--config", place.config])
        #expect(rest.code == 0, "\(rest)")
        #expect(place.groups().count == 5)
      }
    }

    /// Brings the pools to their sizes and leaves no engine behind.
    private static func fill(_ place: CommandEnvironment) throws {
      let answer = try place.run(
        ["engine", "--until-idle", "--timeout", "30s", "--config", place.config])
      #expect(answer.code == 0, "\(answer)")
    }
  }
}
