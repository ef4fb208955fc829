import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// What a person does on the screen with real processes behind it, at two sizes of the terminal.
  @Suite struct TourTests {
    typealias Size = Terminal.Size

    /// Servers, and beside them a pool whose only deployment is being made for ever.
    private static func configuration(_ service: String) -> String {
      Configurations.servers.replacing(
        "providers:\n", with: "providers:\n  - name: play\n    driver: simulated\n",
        maxReplacements: 1) + """
            - name: zslow
              provider: play
              service: { steps: 100000, stepTime: 100ms\(service) }
              sizes: { initial: 0, l1: 1, l2: 0, max: 3 }
              names: { prefix: slow-, digits: 3 }

          """
    }

    private static func tour(
      _ size: Size, slow service: String = "", grace: String = "0s",
      _ steps: (CommandEnvironment, Terminal) throws -> Void
    ) throws {
      let text = configuration(service).replacing("grace: 0s", with: "grace: \(grace)")
      try CommandEnvironment.with(text) { place in
        let terminal = try Terminal(
          "\(Program.path) --config \(place.config)", in: place, size: size)
        try terminal.shows("web")
        _ = try eventually("the pool web at its sizes") {
          let counts = try place.pool("web").counts
          return counts.l1Ready == 3 && counts.l2Ready == 2 ? true : nil
        }
        try steps(place, terminal)
      }
    }

    /// Puts the cursor on a deployment of the pool `web`: the list's pane, then only that name.
    private static func choose(
      _ name: String, pool: String = "g", pane: String, in terminal: Terminal
    ) throws {
      // A key right after Escape would be one with Alt: its effect is waited for.
      try terminal.press("Escape")
      try terminal.hides("· /")
      try terminal.press("1", pool, pane, "/")
      try terminal.type(name)
      try terminal.press("Enter")
      try terminal.row(name)
    }

    private static func first(
      _ placement: String, in place: CommandEnvironment
    ) throws -> ShownDeployment {
      try eventually("a usable deployment in \(placement)") {
        try place.deployments().first { $0.placement == placement && $0.isReady }
      }
    }

    private static func state(_ name: String, in place: CommandEnvironment) -> Character? {
      place.groups()[name]?.first?.state
    }

    @Test(arguments: Size.both)
    func fillsPoolsToTheirSizes(_ size: Size) throws {
      try Self.tour(size) { place, terminal in
        try terminal.row("web", "3/3", "2/2")
        try terminal.press("1", "g", "2")
        for item in try place.deployments() where item.placement == "L1" && item.pool == "web" {
          try terminal.shows(item.name)
        }
        let groups = place.groups()
        #expect(groups.count == 5)
        for item in try place.deployments() where item.pool == "web" {
          let state = groups[item.name]?.first?.state
          #expect(item.placement == "L2" ? state == "T" : state != "T", "\(item) \(groups)")
        }
      }
    }

    @Test(arguments: Size.both)
    func movesBetweenTheCacheLevels(_ size: Size) throws {
      try Self.tour(size) { place, terminal in
        let chosen = try Self.first("L1", in: place).name
        try Self.choose(chosen, pane: "2", in: terminal)
        try terminal.act("m")
        // The planner fills the gap with another one: the chosen stays where it was put.
        try Self.waits(for: chosen, toBe: "L2", frozen: true, in: place, terminal)
        try Self.choose(chosen, pane: "3", in: terminal)
        try terminal.act("m")
        try Self.waits(for: chosen, toBe: "L1", frozen: false, in: place, terminal)
      }
    }

    private static func waits(
      for name: String, toBe level: String, frozen: Bool, in place: CommandEnvironment,
      _ terminal: Terminal
    ) throws {
      _ = try eventually(
        "\(name) is ready in \(level), frozen: \(frozen)", seen: terminal.picture
      ) {
        let found = try place.deployments().first { $0.name == name && $0.isReady }
        return found?.placement == level && (state(name, in: place) == "T") == frozen ? true : nil
      }
    }

    @Test(arguments: Size.both)
    func assignsAndRefusesTheWayBack(_ size: Size) throws {
      try Self.tour(size) { place, terminal in
        let chosen = try Self.first("L1", in: place)
        try Self.choose(chosen.name, pane: "2", in: terminal)
        try terminal.press("a")
        try terminal.type("ana")
        try terminal.press("Enter")
        let assigned = try eventually("ana has \(chosen.name)") {
          try place.deployments().first { $0.user == "ana" && $0.isReady }
        }
        #expect(assigned.id == chosen.id && assigned.placement == "assigned")

        try Self.choose(chosen.name, pane: "4", in: terminal)
        try terminal.row(chosen.name, "ana")
        try terminal.act("m")
        try terminal.shows("assigned deployments cannot return to the cache")
        let after = try place.deployments().first { $0.id == chosen.id }
        #expect(after?.placement == "assigned")
      }
    }

    @Test(arguments: Size.both)
    func readyShowsWhyAKilledProcessIsAnError(_ size: Size) throws {
      try Self.tour(size) { place, terminal in
        let chosen = try Self.first("L1", in: place)
        let process = try #require(place.groups()[chosen.name]?.first)
        kill(-process.group, SIGKILL)
        _ = try eventually("it is gone") { Processes.read(process.pid) == nil ? true : nil }
        try Self.choose(chosen.name, pane: "2", in: terminal)
        try terminal.act("r")
        let failed = try eventually("\(chosen.name) in error") {
          try place.deployments().first { $0.id == chosen.id && $0.state == "error" }
        }
        #expect(
          failed.reasonOfError?.contains("process \(process.pid) is gone") ?? false, "\(failed)")
        #expect(failed.operation == "setReady")
        try terminal.row(chosen.name, "error")
        try terminal.shows("is gone")
      }
    }

    private static func slow(in place: CommandEnvironment) throws -> ShownDeployment {
      try eventually("one is being made") {
        try place.deployments().first { $0.pool == "zslow" && $0.state == "preparing" }
      }
    }

    private static func waits(forCanceled slow: ShownDeployment, in place: CommandEnvironment)
      throws
    {
      _ = try eventually("\(slow.name) is canceled") {
        try place.deployments(history: true).first { $0.id == slow.id && $0.state == "canceled" }
      }
    }

    @Test(arguments: Size.both)
    func cancelsWhatIsBeingMadeAfterTheGrace(_ size: Size) throws {
      try Self.tour(size, grace: "2s") { place, terminal in
        let slow = try Self.slow(in: place)
        try Self.choose(slow.name, pool: "G", pane: "2", in: terminal)
        try terminal.row(slow.name, "preparing")
        try terminal.act("c")
        try terminal.row(slow.name, "cancel in")
        try Self.waits(forCanceled: slow, in: place)
        try terminal.shows("none of 1 match \(slow.name)")
      }
    }

    @Test(arguments: Size.both)
    func cancelsOnlyWhenNoCallIsInFlight(_ size: Size) throws {
      try Self.tour(size, slow: ", hang: [checkState]") { place, terminal in
        let slow = try Self.slow(in: place)
        try Self.choose(slow.name, pool: "G", pane: "2", in: terminal)
        try terminal.row(slow.name, "preparing")
        try terminal.act("c")
        try terminal.row(slow.name, "cancel req")
        #expect(try place.deployments().contains { $0.id == slow.id && $0.cancelRequested == true })

        // The call that hangs dies with the engine; what was asked for does not.
        for process in place.dashboards() { kill(process.pid, SIGKILL) }
        _ = try terminal.end()
        try place.engine()
        try Self.waits(forCanceled: slow, in: place)
      }
    }

    @Test(arguments: Size.both)
    func destroysOnlyAfterAYes(_ size: Size) throws {
      try Self.tour(size) { place, terminal in
        #expect(try place.dashboard("pause", "web").code == 0)
        let chosen = try Self.first("L1", in: place)
        try Self.choose(chosen.name, pane: "2", in: terminal)
        try terminal.press("D")
        try terminal.shows(chosen.name, "y")
        try terminal.press("n")
        #expect(try place.deployments().contains { $0.id == chosen.id && $0.state == "usable" })

        try terminal.press("D")
        try terminal.row("estroy", chosen.name)
        try terminal.press("y")
        _ = try eventually("\(chosen.name) is history") {
          try place.deployments(history: true).first { $0.id == chosen.id && $0.state == "removed" }
        }
        #expect(place.groups()[chosen.name] == nil)
      }
    }

    @Test(arguments: Size.both)
    func findsEverythingAgainAfterAKill(_ size: Size) throws {
      try Self.tour(size) { place, terminal in
        #expect(try place.dashboard("assign", "web", "ana", "--wait").code == 0)
        _ = try eventually("the pool is full again") {
          place.groups().count == 6 ? true : nil
        }
        _ = try eventually("nothing is in flight") {
          try place.deployments().allSatisfy { $0.pool != "web" || $0.isReady } ? true : nil
        }
        let before = try place.deployments().filter { $0.pool == "web" }
        let groups = place.groups().mapValues { $0.map { [UInt64($0.pid), $0.start] } }
        for process in place.dashboards() { kill(process.pid, SIGKILL) }
        _ = try terminal.end()

        let second = try Terminal(
          "\(Program.path) --config \(place.config)", in: place, size: size)
        try second.row("web", "3/3", "2/2")
        _ = try eventually("each has had its check") {
          try place.deployments().allSatisfy { $0.pool != "web" || $0.isReady } ? true : nil
        }
        let after = try place.deployments().filter { $0.pool == "web" }
        #expect(after.map(\.id) == before.map(\.id))
        #expect(after.map(\.placement) == before.map(\.placement))
        #expect(after.map(\.user) == before.map(\.user))
        #expect(place.groups().mapValues { $0.map { [UInt64($0.pid), $0.start] } } == groups)
      }
    }
  }
}
