import DeploymentDrivers
import DeploymentInterface
import Glibc
import SafeTexts
import TestSupport
import Testing

/// Failures of the start of a process, and their reasons.
@Suite struct ProcessStartTests {
  let world = ProcessWorld()

  private func failure(_ parameters: ParameterValues) async throws -> DeploymentFailure? {
    var driven = try world.driven(parameters)
    return try await driven.run(.deployForUser)?.failure
  }

  @Test func aProgramThatDoesNotExistIsNamed() async throws {
    let named = try await failure(["command": .list(["no-such-program", "x"])])
    #expect(named?.kind == .permanent)
    #expect(named?.reason.text.hasPrefix("program no-such-program was not found in /") == true)
    let path = try await failure(["command": .list(["/no/such/program"])])
    #expect(path?.reason.text == "program /no/such/program does not exist")
    let plain = try await failure(["command": .list(["/etc/passwd"])])
    #expect(plain?.reason.text == "/etc/passwd is not executable")
    let place = try await failure([
      "command": .list(["sleep", "1"]), "workingDirectory": .text("/no/such/place"),
    ])
    #expect(place?.reason.text == "directory /no/such/place does not exist")
    #expect(world.processes.isEmpty)
  }

  @Test func aProgramThatEndsBeforeItIsReadySaysHow() async throws {
    defer { world.end() }
    let status = try await failure(["command": .list(["sh", "-c", "exit 3"])])
    #expect(status?.kind == .permanent)
    #expect(status?.reason.text == "sh ended with status 3 before it was ready")
    let signal = try await failure(["command": .list(["sh", "-c", "kill -9 $$"])])
    #expect(signal?.reason.text == "sh was killed by signal 9 before it was ready")
    var driven = try world.driven([
      "command": .list(["sh", "-c", "exit 1", "$PORT"]), "port": .text("auto"),
    ])
    let port = try #require(driven.port)
    let reason = try await driven.run(.deployForUser)?.failure?.reason.text
    #expect(reason == "sh ended with status 1 before its port \(port) accepted")
  }

  @Test func aPortThatNeverAcceptsFailsInItsTime() async throws {
    defer { world.end() }
    var driven = try world.driven([
      "command": .list(["sleep", "1000"]), "port": .text("auto"),
      "readyWithin": .duration(.milliseconds(200)),
    ])
    let port = try #require(driven.port)
    let failure = try await driven.run(.deployForCache(.l1))?.failure
    let pid = try #require(world.leaders.first).pid
    #expect(failure?.kind == .permanent)
    #expect(
      failure?.reason.text
        == "process \(pid) did not accept connections on port \(port) within 200ms")
    #expect(try await driven.run(.cancel) == .finished)
    #expect(world.processes.isEmpty)
  }

  @Test func aPortOfAStrangerIsSaidBeforeAnythingStarts() async throws {
    let listener = Listener(port: 0)
    defer { listener.end() }
    var driven = try world.driven(Commands.server)
    driven.port = listener.port
    let failure = try await driven.run(.deployForCache(.l1))?.failure
    #expect(failure?.kind == .portTaken)
    #expect(failure?.reason.text == "port \(listener.port) is taken by another program")
    #expect(world.processes.isEmpty)
    // The engine assigns another port, and the deployment continues from its stored data.
    driven.port = ProcessWorld.freePort()
    defer { world.end() }
    #expect(try await driven.run(.deployForCache(.l1)) == .finished)
  }

  @Test func aStrangerWhoWasFasterIsNotTakenForReady() async throws {
    defer { world.end() }
    let flag = "/tmp/\(world.owner)"
    defer { unlink(flag) }
    // Continues without its port if the port is taken, as some servers do.
    var driven = try world.driven([
      "command": Commands.python(
        """
        import os, socket, sys, time
        while not os.path.exists(sys.argv[2]): time.sleep(0.01)
        try: s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
        except OSError: pass
        time.sleep(1000)
        """, "$PORT", flag),
      "port": .text("auto"), "readyWithin": .duration(.seconds(1)),
    ])
    await driven.start(.deployForCache(.l1))
    let listener = Listener(port: try #require(driven.port))
    defer { listener.end() }
    ProcessWorld.touch(flag)
    let failure = try await driven.settle(.deployForCache(.l1))?.failure
    #expect(failure?.kind == .portTaken)
    let first = try #require(world.leaders.first)
    // The engine assigns another port and calls again; the process must be restarted to use it.
    driven.port = ProcessWorld.freePort()
    await driven.check(.deployForCache(.l1))
    #expect(try await driven.settle(.deployForCache(.l1)) == .finished)
    #expect(world.processes.count == 1)
    #expect(world.leaders.first?.pid != first.pid)
  }

  @Test func aStrangerWhoWasFasterIsTheReasonWhenTheCommandGivesUp() async throws {
    defer { world.end() }
    var parameters = Commands.server
    let flag = "/tmp/\(world.owner)"
    parameters["command"] = .list([
      "sh", "-c", "while [ ! -e \(flag) ]; do sleep 0.01; done; exit 1", "$PORT",
    ])
    var driven = try world.driven(parameters)
    let port = try #require(driven.port)
    await driven.start(.deployForUser)
    let listener = Listener(port: port)
    defer { listener.end() }
    ProcessWorld.touch(flag)
    defer { unlink(flag) }
    let failure = try await driven.settle(.deployForUser)?.failure
    #expect(failure?.kind == .portTaken)
    let reason = "sh ended with status 1, and port \(port) is held by another program"
    #expect(failure?.reason.text == reason)
    driven.port = ProcessWorld.freePort()
    await driven.check(.deployForUser)
    #expect(driven.log.count { $0.hasPrefix("started") } == 2)
  }

  @Test func outputGoesToTheLogWhereThereIsOne() async throws {
    defer { world.end() }
    let path = "/tmp/\(world.owner).log"
    defer { unlink(path) }
    let text = try await failure([
      "command": .list(["sh", "-c", "echo out; echo err >&2; exit 1"]),
      "log": .text("/tmp/\(world.owner).log"),
    ])
    #expect(text?.kind == .permanent)
    #expect(ProcessWorld.text(path) == "out\nerr\n")
    let closed = try await failure([
      "command": .list(["true"]), "log": .text("/no/such/place/log"),
    ])
    #expect(closed?.reason.text.hasPrefix("cannot open its log /no/such/place/log") == true)
  }

  @Test func aServiceWithAPortNeedsOne() async throws {
    var driven = try world.driven(Commands.server)
    driven.port = nil
    #expect(try await driven.run(.deployForUser)?.failure?.reason == "it has no port")
  }
}
