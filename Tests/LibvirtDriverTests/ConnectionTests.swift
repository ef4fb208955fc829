import CLibvirt
import DeploymentInterface
import Foundation
import Posix
import SafeTexts
import TestSupport
import Testing

@testable import LibvirtDriver

/// Connections that fail, are slow, or hang.
@Suite struct ConnectionTests {
  private static let nowhere = "qemu+unix:///system?socket=/no/such/socket"

  @Test func aHostOutOfReachIsTransientAndNotAskedAgainAtOnce() async throws {
    let connection = VirtConnection(uri: Self.nowhere, firstPause: .hours(1))
    // Long enough for the slowest machine, because a timeout would be a different error.
    let patience = TimeSpan.hours(1)
    for _ in ["first", "again"] {
      let answer = await connection.call(within: patience) { session throws(VirtError) in
        try session.kind()
      }
      guard case .failure(let error) = answer else {
        Issue.record("it was reached: \(answer)")
        continue
      }
      #expect(error.failure.kind == .transient)
      #expect(error.message.contains("cannot reach libvirt at"), "\(error.message)")
    }
    #expect(connection.attempts == 1)
  }

  @Test func aDeploymentOnAHostOutOfReachKeepsItsGoal() async throws {
    let driver = LibvirtDriver()
    let provider = try driver.makeProvider(["uri": .text(Self.nowhere)])
    #expect(await provider.problem()?.text.contains("cannot reach libvirt at") ?? false)
    let service = try provider.makeService(["base": .text("golden")])
    var driven = Driven(machine: service, owner: "owner-1", id: 7)
    #expect(await driven.start(.deployForUser)?.reason(.transient) != nil)
    #expect(await driven.call(.check(.deployForUser))?.reason(.transient) != nil)
    #expect(await driven.start(.destroy)?.reason(.transient) != nil)
  }

  @Test func aCallThatHangsIsUnknownAndHoldsNothingElseUp() async throws {
    let world = try TestWorld()
    let gate = Semaphore()
    defer { gate.signal() }
    let hung = await world.connection.call(within: .milliseconds(50)) { _ throws(VirtError) in
      gate.wait()
    }
    guard case .failure(let error) = hung else {
      Issue.record("a call that hangs has answered")
      return
    }
    #expect(error.failure.kind == .unknown)
    let other = await world.connection.call { session throws(VirtError) in try session.kind() }
    #expect(try other.get() == "TEST")
  }

  @Test func aLongJobIsJoinedAndItsEndIsKept() async throws {
    let jobs = JobQueue(threads: BlockingExecutor(named: "libvirt", limit: 2))
    let gate = Semaphore()
    let begin = { (verb: String, patience: TimeSpan) in
      await jobs.run(verb, on: "lab-7", waiting: patience) {
        gate.wait()
        return .failure(.refusal("the first one's reason"))
      }
    }
    #expect(await begin("save", .milliseconds(20)).isGoingOn)
    #expect(await begin("save", .milliseconds(20)).isGoingOn)
    #expect(await begin("remove", .milliseconds(20)).isGoingOn)
    gate.signal()
    try await waitUntil("the job has ended") { !jobs.isAtWork(on: "lab-7") }
    guard case .ended(.failure(let error)) = await begin("save", .milliseconds(20)) else {
      Issue.record("its end was not kept")
      return
    }
    #expect(error.message == "the first one's reason")
    gate.signal()
    #expect(!(await begin("save", .minutes(1)).isGoingOn))
  }

  @Test func aRemovalOvertakesWhatHangs() async {
    let jobs = JobQueue(threads: BlockingExecutor(named: "libvirt", limit: 3))
    let gate = Semaphore()
    defer { gate.signal() }
    let hung = await jobs.run("start", on: "lab-7", waiting: .milliseconds(1)) {
      gate.wait()
      return .success(())
    }
    #expect(hung.isGoingOn)
    let patient = await jobs.run(
      "remove", on: "lab-7", waiting: .seconds(10), overtaking: .hours(1)
    ) { .success(()) }
    #expect(patient.isGoingOn)
    for _ in 1...2 {
      let answer = await jobs.run(
        "remove", on: "lab-7", waiting: .seconds(10), overtaking: .zero
      ) { .success(()) }
      #expect(!answer.isGoingOn)
    }
    #expect(jobs.isAtWork(on: "lab-7"))
  }

  @Test func whatLibvirtSaysIsClassified() {
    let cases: [(virErrorNumber, Int32, String, FailureClass)] = [
      (VIR_ERR_RPC, 7, "internal error: client socket is closed", .transient),
      (VIR_ERR_SYSTEM_ERROR, 7, "Cannot write data: Broken pipe", .transient),
      (VIR_ERR_SYSTEM_ERROR, 18, "cannot open file: No such file", .permanent),
      (VIR_ERR_OPERATION_FAILED, 18, "cannot fill file: No space left on device", .transient),
      (VIR_ERR_XML_ERROR, 10, "XML error: no disk", .permanent),
      (VIR_ERR_RESOURCE_BUSY, 10, "Timed out during operation", .transient),
    ]
    for (code, domain, message, kind) in cases {
      let error = VirtError(code: VirtError.number(code), domain: domain, message)
      #expect(error.failure("starting it").kind == kind, "\(message)")
    }
    #expect(VirtError(code: VirtError.silence, "late").failure.kind == .unknown)
  }

  @Test func sshAsksNobodyForAPassword() {
    #expect(VirtConnection.quiet("qemu+ssh://host/system").hasSuffix("?no_tty=1"))
    #expect(VirtConnection.quiet("qemu+ssh://host/system?a=b").hasSuffix("&no_tty=1"))
    #expect(VirtConnection.quiet("qemu:///system") == "qemu:///system")
  }
}

extension JobQueue.Answer {
  fileprivate var isGoingOn: Bool {
    if case .goesOn = self { true } else { false }
  }
}
