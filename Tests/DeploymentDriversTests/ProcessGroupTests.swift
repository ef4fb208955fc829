import DeploymentInterface
import Glibc
import SafeTexts
import TestSupport
import Testing

@testable import DeploymentDrivers

/// A deployment lives as long as any of its processes does, and is removed when none is left.
@Suite struct ProcessGroupTests {
  let world = ProcessWorld()

  private static let server = """
    import ctypes, os, socket, sys, threading, time
    s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    def serve():
        while True: s.accept()[0].close()
    """

  /// Its first thread has ended: `/proc` shows it as a zombie.
  @Test func aLeaderWithoutItsFirstThreadIsAlive() async throws {
    defer { world.end() }
    var parameters = Commands.server
    parameters["command"] = Commands.python(
      Self.server + "\nthreading.Thread(target=serve).start()"
        + "\nctypes.CDLL(None).pthread_exit(None)", "$PORT")
    var driven = try world.driven(parameters)
    let before = driven.data
    #expect(try await driven.run(.deployForCache(.l1)) == .finished)
    let pid = try #require(world.leaders.first).pid
    try await waitUntil("its first thread has ended") { ProcessWorld.state(pid) == "Z" }
    #expect(try await driven.run(.setReady) == .finished)
    // After a crash it is found again, not started beside.
    let stored = driven.data
    driven.data = before
    #expect(try await driven.run(.deployForCache(.l1)) == .finished)
    #expect(world.leaders.map(\.pid) == [pid])
    driven.data = stored
    #expect(try await driven.run(.destroy) == .finished)
    #expect(world.processes.isEmpty)
  }

  @Test func aServerThatGoesOnInAChildIsAlive() async throws {
    defer { world.end() }
    var parameters = Commands.server
    parameters["command"] = Commands.python(
      Self.server + "\nif os.fork(): os._exit(0)\nserve()", "$PORT")
    var driven = try world.driven(parameters)
    #expect(try await driven.run(.deployForCache(.l1)) == .finished)
    #expect(try await driven.run(.setReady) == .finished)
    #expect(world.processes.count == 1)
    #expect(try await driven.run(.moveToCache(.l2)) == .finished)
    #expect(world.processes.map(\.isFrozen) == [true])
    #expect(try await driven.run(.moveToCache(.l1)) == .finished)
    kill(try #require(world.processes.first).pid, SIGKILL)
    try await waitUntil("gone") { world.processes.isEmpty }
    #expect(try await driven.run(.setReady)?.failure?.kind == .gone)
  }

  @Test func aStartThatLeavesNothingSaysSo() async throws {
    var driven = try world.driven(["command": .list(["sh", "-c", "exit 3"])])
    #expect(try await driven.run(.deployForUser)?.failure?.leavesNothing == true)
    var missing = try world.driven(["command": .list(["/no/such/program"])])
    #expect(try await missing.run(.deployForUser)?.failure?.leavesNothing == true)
  }

  @Test func whatKeepsMovingToNewSessionsIsRemovedWhole() async throws {
    defer { world.end() }
    var driven = try world.driven([
      "command": Commands.python(
        """
        import os, signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork():
            time.sleep(60)
            os._exit(0)
        # It ends by itself if nobody is left to end it.
        for _ in range(20000):
            if os.fork(): os._exit(0)
            os.setsid()
            time.sleep(0.002)
        """), "stopWithin": .duration(.milliseconds(100)),
    ])
    #expect(try await driven.run(.deployForUser) == .finished)
    #expect(try await driven.run(.destroy) == .finished)
    for _ in 1...5 { #expect(world.processes.isEmpty) }
  }

  @Test func whatStopsItselfIsKilled() async throws {
    defer { world.end() }
    var driven = try world.driven([
      "command": .list(["sh", "-c", "trap 'kill -STOP $$' TERM CONT; while :; do sleep 0.02; done"]
      ),
      "stopWithin": .duration(.milliseconds(200)),
    ])
    #expect(try await driven.run(.deployForUser) == .finished)
    #expect(try await driven.run(.destroy) == .finished)
    #expect(world.processes.isEmpty)
  }

  @Test func oneThatListensElsewhereSaysWhere() async throws {
    defer { world.end() }
    let other = ProcessWorld.freePort()
    var driven = try world.driven([
      "command": Commands.python(
        """
        import socket, sys, time
        s = socket.create_server(("127.0.0.1", int(sys.argv[2])))
        time.sleep(1000)
        """, "$PORT", "\(other)"), "port": .text("auto"), "readyWithin": .duration(.seconds(2)),
    ])
    let reason = try await driven.run(.deployForCache(.l1))?.failure?.reason.text
    #expect(reason?.hasSuffix("within 2s; it listens on 127.0.0.1:\(other)") == true)
  }

  @Test(arguments: [
    ("0100007F:4E20", "127.0.0.1:20000"), ("00000000:0050", "0.0.0.0:80"),
    ("00000000000000000000000001000000:4E20", "[::1]:20000"), ("7F:1", nil), ("x", nil),
  ])
  func anAddressOfTheKernelIsRead(_ text: String, _ place: String?) {
    #expect(PortProbe.place(text) == place)
  }
}
