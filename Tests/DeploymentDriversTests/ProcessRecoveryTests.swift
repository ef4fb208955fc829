import DeploymentDrivers
import DeploymentInterface
import Glibc
import SafeTexts
import TestSupport
import Testing

/// Our processes are found again after any interruption; others are never touched.
@Suite struct ProcessRecoveryTests {
  let world = ProcessWorld()

  @Test func aStartAfterACrashFindsWhatTheFirstStarted() async throws {
    defer { world.end() }
    var driven = try world.driven(Commands.server)
    let before = driven.data
    #expect(await driven.start(.deployForCache(.l1)) == .running)
    let first = try #require(world.leaders.first)
    driven.data = before
    #expect(await driven.start(.deployForCache(.l1))?.failure == nil)
    #expect(driven.log.contains("found process \(first.pid), started before"))
    #expect(try await driven.settle(.deployForCache(.l1)) == .finished)
    #expect(world.leaders.map(\.pid) == [first.pid])
  }

  @Test func whatAFailedStartLeftIsEndedBeforeTheNext() async throws {
    defer { world.end() }
    let flag = "/tmp/\(world.owner)"
    // The first run leaves a child behind and ends; the second stays.
    var driven = try world.driven([
      "command": .list([
        "sh", "-c",
        "if [ -e \(flag) ]; then exec sleep 1000; fi; touch \(flag); sleep 1000 & exit 1",
      ])
    ])
    defer { unlink(flag) }
    try await waitUntil("the first run fails") {
      try await driven.run(.deployForUser)?.failure != nil
    }
    let left = try #require(world.processes.first)
    #expect(!left.isLeader)
    #expect(try await driven.run(.deployForUser) == .finished)
    #expect(world.processes.count == 1)
    #expect(world.processes.first?.pid != left.pid)
  }

  @Test func destroyingWhatNeverExistedIsDone() async throws {
    var driven = try world.driven(Commands.sleeper)
    #expect(await driven.start(.destroy) == .finished)
    #expect(await driven.start(.cancel) == .finished)
  }

  @Test func destroyingFindsAHalfMadeOneThatWasNeverStored() async throws {
    defer { world.end() }
    var driven = try world.driven(Commands.family)
    await driven.start(.deployForCache(.l1))
    #expect(!world.processes.isEmpty)
    driven.data = []
    #expect(try await driven.run(.cancel) == .finished)
    #expect(world.processes.isEmpty)
  }

  @Test func whatLivesIsListedAndCanBeRemovedWithoutARecord() async throws {
    defer { world.end() }
    let inventory = try #require(try driver("process").makeProvider([:]) as? any Inventory)
    var (first, second) = (
      try world.driven(Commands.family), try world.driven(Commands.sleeper, id: 8)
    )
    #expect(try await first.run(.deployForCache(.l1)) == .finished)
    #expect(try await second.run(.deployForCache(.l2)) == .finished)
    let all = try await inventory.things(ownedBy: world.owner)
    #expect(all.map(\.purpose) == [.deployment(DeploymentID(7)), .deployment(DeploymentID(8))])
    #expect(all.map(\.name) == ["d7/lab-7", "d8/lab-8"], "a stopped one lives, too")
    world.leaders.forEach { kill($0.pid, SIGKILL) }
    try await waitUntil("a family without its leader is still listed") {
      try await inventory.things(ownedBy: world.owner).map(\.name) == ["d7/lab-7"]
    }
    try await inventory.remove(all[0], ownedBy: "another engine")
    #expect(!world.processes.isEmpty)
    try await inventory.remove(all[0], ownedBy: world.owner)
    try await inventory.remove(all[0], ownedBy: world.owner)
    #expect(world.processes.isEmpty)
  }

  @Test func destroyingIsPatientOnlyForItsTime() async throws {
    defer { world.end() }
    var driven = try world.driven([
      "command": .list(["sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"]),
      "stopWithin": .duration(.milliseconds(300)),
    ])
    #expect(try await driven.run(.deployForUser) == .finished)
    #expect(try await driven.run(.destroy) == .finished)
    #expect(world.processes.isEmpty)
    #expect(driven.log.contains { $0.hasPrefix("killed process") })
  }

  @Test func destroyingEndsWhoLeftTheGroupAndTheSession() async throws {
    defer { world.end() }
    var driven = try world.driven([
      "command": Commands.python(
        """
        import os, subprocess, time
        subprocess.Popen(["sleep", "1000"], preexec_fn=os.setsid)
        subprocess.Popen(["sleep", "1001"], preexec_fn=os.setpgrp)
        time.sleep(1002)
        """)
    ])
    #expect(try await driven.run(.deployForUser) == .finished)
    // A child belongs to the group of its parent until it has its own.
    try await waitUntil("three processes in three groups") {
      let groups = world.processes.map { getpgid($0.pid) }
      return groups.count == 3 && Set(groups).count == 3
    }
    #expect(try await driven.run(.moveToCache(.l2)) == .finished)
    #expect(world.processes.map(\.isFrozen) == [true, true, true])
    #expect(try await driven.run(.destroy) == .finished)
    #expect(world.processes.isEmpty)
  }

  @Test func destroyingEndsWhoOutlivedTheLeader() async throws {
    defer { world.end() }
    var driven = try world.driven(Commands.family)
    #expect(try await driven.run(.deployForUser) == .finished)
    try await waitUntil("a child") { world.processes.count == 2 }
    kill(try #require(world.leaders.first).pid, SIGKILL)
    try await waitUntil("no leader") { world.processes.count == 1 }
    #expect(try await driven.run(.destroy) == .finished)
    #expect(world.processes.isEmpty)
  }

  @Test func aProgramThatOverwritesItsEnvironmentIsStillOurs() async throws {
    defer { world.end() }
    var parameters = Commands.server
    parameters["command"] = Commands.python(
      """
      import ctypes, socket, sys, time
      fields = open("/proc/self/stat").read().rsplit(")", 1)[1].split()
      start, end = int(fields[47]), int(fields[48])
      ctypes.memset(start, 0, end - start)
      s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
      time.sleep(1000)
      """, "$PORT")
    var driven = try world.driven(parameters)
    #expect(try await driven.run(.deployForCache(.l2)) == .finished)
    let process = try #require(world.leaders.first)
    #expect(!ProcessWorld.proc(process.pid, "environ").contains("DASHBOARD"))
    #expect(process.isFrozen)
    #expect(try await driven.run(.destroy) == .finished)
    #expect(world.processes.isEmpty)
  }

  /// A process of another deployment, whose pid and start time are in our stored data.
  @Test func aStrangerAtOurNumberIsNeverTouched() async throws {
    defer { world.end() }
    let other = ProcessWorld()
    defer { other.end() }
    var foreign = try other.driven(Commands.sleeper)
    #expect(try await foreign.run(.deployForUser) == .finished)
    let pid = try #require(other.leaders.first).pid

    var driven = try world.driven(Commands.sleeper)
    driven.data = foreign.data
    let failure = try await driven.run(.setReady)?.failure
    #expect(failure?.reason.text == "process \(pid) is gone")
    #expect(try await driven.run(.moveToCache(.l2))?.failure != nil)
    #expect(!other.leaders[0].isFrozen)
    driven.data = foreign.data
    #expect(try await driven.run(.destroy) == .finished)
    #expect(other.leaders.map(\.pid) == [pid])
  }

  @Test func aNumberWithAnotherStartTimeIsNotItButItsMarkIs() async throws {
    defer { world.end() }
    var driven = try world.driven(Commands.sleeper)
    #expect(try await driven.run(.deployForUser) == .finished)
    let process = try #require(world.leaders.first)
    let text = String(decoding: driven.data, as: UTF8.self)
    let start = "\"startTime\":\(process.startTime)"
    try #require(text.contains(start))
    let parts = text.split(separator: start, omittingEmptySubsequences: false)
    driven.data = Array(parts.joined(separator: "\"startTime\":1").utf8)
    #expect(try await driven.run(.setReady) == .finished)
    kill(process.pid, SIGKILL)
    try await waitUntil("it is gone") { world.processes.isEmpty }
    #expect(try await driven.run(.setReady)?.failure == .gone("process \(process.pid) is gone"))
  }

  @Test func theInventoryEndsAllOfOneOwnerAndNothingElse() async throws {
    defer { world.end() }
    let other = ProcessWorld()
    defer { other.end() }
    for id: Int64 in 1...3 {
      var driven = try world.driven(Commands.family, id: id)
      #expect(try await driven.run(.deployForCache(id == 1 ? .l2 : .l1)) == .finished)
    }
    var foreign = try other.driven(Commands.sleeper)
    #expect(try await foreign.run(.deployForUser) == .finished)
    #expect(Set(world.processes.map(\.deployment)) == Set((1...3).map { DeploymentID($0) }))
    #expect(try ProcessInventory.all().contains { $0.owner == other.owner })
    #expect(try ProcessInventory.end(ownedBy: world.owner, grace: .seconds(5)).isEmpty)
    #expect(world.processes.isEmpty)
    #expect(other.processes.count == 1)
    #expect(try ProcessInventory.end(ownedBy: "", grace: .zero).isEmpty)
    #expect(other.processes.count == 1)
  }
}
