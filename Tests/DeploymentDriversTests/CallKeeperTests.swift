import Foundation
import Glibc
import Posix
import TestSupport
import Testing

@testable import DeploymentDrivers

/// What carries a call ends with the engine, in whatever way that ends.
@Suite struct CallKeeperTests {
  /// A process that leads a session of its own, and ignores what asks it to end.
  private func leader() throws -> Int32 {
    let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(nothing) }
    return try ProcessSpawn(
      arguments: ["sh", "-c", "trap '' TERM HUP; sleep 1000 & sleep 1000"],
      environment: ["PATH=/usr/bin:/bin"], workingDirectory: nil, log: nil,
      mark: OwnershipTag(owner: "", deployment: "")
    ).start(input: nothing, output: nothing, errors: nothing)
  }

  private func isRunning(_ pid: Int32) -> Bool {
    !["", "Z", "X"].contains(ProcessWorld.state(pid))
  }

  private func reap(_ pid: Int32) {
    kill(-pid, SIGKILL)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
  }

  @Test func whatItKeepsIsKilledWhenItsSocketCloses() async throws {
    let kept = try leader()
    let spared = try leader()
    defer {
      reap(kept)
      reap(spared)
    }
    let keeper = CallKeeper()
    keeper.add(spared)
    keeper.add(kept)
    keeper.remove(spared)
    // As the kernel does for an engine that was killed.
    keeper.close()
    try await waitUntil("the kept one is killed") { !isRunning(kept) }
    #expect(isRunning(spared))
  }

  @Test func aKeeperThatWasKilledIsReplacedAndKnowsAll() async throws {
    let first = try leader()
    let second = try leader()
    defer {
      reap(first)
      reap(second)
    }
    let keeper = CallKeeper()
    keeper.add(first)
    kill(try #require(keeper.pid), SIGKILL)
    let killed = try #require(keeper.pid)
    try await waitUntil("it is killed") { !isRunning(killed) }
    keeper.add(second)
    #expect(keeper.pid != killed)
    keeper.close()
    try await waitUntil("both are killed") { !isRunning(first) && !isRunning(second) }
  }
}
