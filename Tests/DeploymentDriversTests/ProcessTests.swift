import DeploymentDrivers
import DeploymentInterface
import Glibc
import SafeTexts
import TestSupport
import Testing

@Suite struct ProcessTests {
  let world = ProcessWorld()

  @Test func runsInASessionOfItsOwnWithNothingOfTheEngine() async throws {
    defer { world.end() }
    var driven = try world.driven(Commands.sleeper)
    #expect(try await driven.run(.deployForCache(.l1)) == .finished)
    let process = try #require(world.leaders.first)
    #expect(world.processes == [process])
    #expect(process.deployment == DeploymentID(7))
    #expect(process.name == "lab-7")
    #expect(getsid(process.pid) == process.pid)
    #expect(getpgid(process.pid) == process.pid)
    let descriptors = (0...64).map { ProcessWorld.link("/proc/\(process.pid)/fd/\($0)") }
    #expect(descriptors[0].hasPrefix("/memfd:dashboard:\(world.owner):d7/lab-7"))
    #expect(descriptors[1] == "/dev/null")
    #expect(descriptors[2] == "/dev/null")
    #expect(descriptors.dropFirst(3).joined().isEmpty)
    #expect(signals("SigBlk", of: process.pid) == 0)
    // The C library ignores its own two signals, 32 and 33, in every process that it spawns.
    #expect(signals("SigIgn", of: process.pid).map { $0 & ~0x1_8000_0000 } == 0)
  }

  private func signals(_ name: String, of pid: Int32) -> UInt64? {
    let lines = ProcessWorld.proc(pid, "status").split(separator: "\n")
    let line = lines.first { $0.hasPrefix("\(name):") }
    return line.flatMap { UInt64($0.dropFirst(name.count + 2), radix: 16) }
  }

  @Test func findsItsNamesInItsEnvironment() async throws {
    defer { world.end() }
    var parameters = Commands.server
    parameters["environment"] = .map([
      .init("GREETING", "$NAME listens at ${PORT}, $HOME and $NAMES"), .init("LANG", "C"),
    ])
    parameters["workingDirectory"] = .text("/usr")
    var driven = try world.driven(parameters)
    #expect(try await driven.run(.deployForUser) == .finished)
    let pid = try #require(world.leaders.first).pid
    let environment = ProcessWorld.proc(pid, "environ").split(separator: "\n")
    let port = try #require(driven.port)
    #expect(environment.contains("DASHBOARD_OWNER=\(world.owner)"))
    #expect(environment.contains("DASHBOARD_DEPLOYMENT=d7/lab-7"))
    #expect(environment.contains("DASHBOARD_UNIQUE_ID=lab-7"))
    #expect(environment.contains("GREETING=lab-7 listens at \(port), $HOME and $NAMES"))
    #expect(environment.filter { $0.hasPrefix("LANG=") } == ["LANG=C"])
    #expect(environment.contains { $0.hasPrefix("PATH=") })
    #expect(ProcessWorld.link("/proc/\(pid)/cwd") == "/usr")
    #expect(driven.last.uniqueId == "lab-7")
    #expect(driven.ip == "127.0.0.1:\(port)")
  }

  @Test func isReadyOnlyWhenItsPortAccepts() async throws {
    defer { world.end() }
    var parameters = Commands.server
    parameters["command"] = Commands.python(
      """
      import os, socket, sys, time
      while not os.path.exists(sys.argv[2]): time.sleep(0.01)
      s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
      time.sleep(1000)
      """, "$PORT", "/tmp/\(world.owner)")
    var driven = try world.driven(parameters)
    #expect(await driven.start(.deployForCache(.l1)) == .running)
    #expect(driven.last.suggestedTime >= .milliseconds(50))
    #expect(driven.last.suggestedTime <= .milliseconds(250))
    for _ in 1...5 { #expect(await driven.check(.deployForCache(.l1)) == .running) }
    #expect(driven.ip == nil)
    ProcessWorld.touch("/tmp/\(world.owner)")
    defer { unlink("/tmp/\(world.owner)") }
    #expect(try await driven.settle(.deployForCache(.l1)) == .finished)
    #expect(driven.ip != nil)
  }

  @Test func theSecondLevelIsReadyAndThenFrozen() async throws {
    defer { world.end() }
    var driven = try world.driven(Commands.server)
    #expect(try await driven.run(.deployForCache(.l2)) == .finished)
    #expect(driven.ip != nil)
    #expect(world.leaders.map(\.isFrozen) == [true])
    #expect(try await driven.run(.moveToCache(.l1)) == .finished)
    #expect(world.leaders.map(\.isFrozen) == [false])
    #expect(try await driven.run(.moveToCache(.l2)) == .finished)
    #expect(world.leaders.map(\.isFrozen) == [true])
    #expect(try await driven.run(.destroy) == .finished)
    #expect(world.processes.isEmpty)
  }

  @Test func freezingConcernsTheWholeGroup() async throws {
    defer { world.end() }
    var driven = try world.driven(Commands.family)
    #expect(try await driven.run(.deployForCache(.l1)) == .finished)
    try await waitUntil("a child") { world.processes.count == 2 }
    #expect(try await driven.run(.moveToCache(.l2)) == .finished)
    #expect(world.processes.map(\.isFrozen) == [true, true])
    #expect(try await driven.run(.moveToCache(.l1)) == .finished)
    #expect(world.processes.map(\.isFrozen) == [false, false])
  }

  @Test func makingReadyThawsWhatSomebodyFroze() async throws {
    defer { world.end() }
    var driven = try world.driven(Commands.server)
    #expect(try await driven.run(.deployForUser) == .finished)
    let pid = try #require(world.leaders.first).pid
    kill(pid, SIGSTOP)
    try await waitUntil("frozen") { world.leaders.map(\.isFrozen) == [true] }
    #expect(try await driven.run(.setReady) == .finished)
    #expect(world.leaders.map(\.isFrozen) == [false])
  }

  @Test func makingReadyWhatWasKilledSaysThatItIsGone() async throws {
    defer { world.end() }
    var driven = try world.driven(Commands.server)
    #expect(try await driven.run(.deployForUser) == .finished)
    let pid = try #require(world.leaders.first).pid
    kill(pid, SIGKILL)
    try await waitUntil("gone") { world.processes.isEmpty }
    let failure = try await driven.run(.setReady)?.failure
    #expect(failure == .gone("process \(pid) is gone: it was killed by signal 9"))
    #expect(kill(pid, 0) == -1, "no zombie is left")
    let again = try await driven.run(.setReady)?.failure
    #expect(again?.reason.text == "process \(pid) is gone")
    #expect(try await driven.run(.destroy) == .finished)
  }

  @Test func makingReadyWhatClosedItsPortSaysSo() async throws {
    defer { world.end() }
    var parameters = Commands.server
    parameters["command"] = Commands.python(
      """
      import signal, socket, sys, time
      s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
      signal.signal(signal.SIGUSR1, lambda *_: s.close())
      while True: time.sleep(1000)
      """, "$PORT")
    var driven = try world.driven(parameters)
    #expect(try await driven.run(.deployForUser) == .finished)
    let pid = try #require(world.leaders.first).pid
    let port = try #require(driven.port)
    kill(pid, SIGUSR1)
    try await waitUntil("refused") {
      await driven.start(.setReady) != .finished
    }
    #expect(
      driven.last.answer?.failure?.reason.text
        == "process \(pid) does not accept connections on port \(port)")
  }
}
