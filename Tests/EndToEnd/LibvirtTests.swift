import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// Real guests on a real hypervisor; software emulation where the processor cannot be lent.
  @Suite(
    .enabled(
      if: QemuHost.isPossible, "no host with QEMU can be had here; why stands in the output"))
  struct LibvirtTests {
    private static func configuration(
      _ host: QemuHost, _ more: String, l1: Int, l2: Int
    ) -> String {
      """
      grace: 0s
      providers:
        - name: host
          driver: libvirt
          uri: \(host.uri)
          pool: images
          network: lab
          limits: { preparing: 5 }
      pools:
        - name: lab
          provider: host
          service: { base: base.qcow2, template: \(host.folder)/guest.xml, \(more) }
          sizes: { initial: 0, l1: \(l1), l2: \(l2), max: 12 }
          names: { prefix: lab-, digits: 3 }
          macs: 52:54:00:77:00:01-52:54:00:77:00:ff

      """
    }

    @Test func guestsRunAreSavedComeBackAndLeaveNothing() throws {
      try QemuHost.with({ Self.configuration($0, "osManager: agent", l1: 2, l2: 1) }) {
        place, host in
        try place.engine()
        let published = try place.dashboard("publish", "lab", "--wait")
        #expect(published.code == 0, "\(published)")
        let all = try Self.filled(place, l1: 2, l2: 1)
        let ready = all.filter { $0.placement == "L1" }
        #expect(ready.allSatisfy { $0.ip?.hasPrefix("192.168.77.") ?? false }, "\(ready)")
        #expect(Set(ready.map(\.ip)).count == 2, "\(ready)")
        #expect(host.machines == 2)
        let saved = try #require(all.first { $0.placement == "L2" })
        #expect(try host.domains(place)[saved.name] == "saved")
        #expect(host.savedStates == ["\(saved.name).save"])

        // Nothing is made from here on, and the sizes say what is moved.
        try place.dashboard("pause", "lab")
        try place.dashboard("resize", "lab", "--l1", "3")
        _ = try Self.filled(place, l1: 3, l2: 0)
        let state = try host.virsh("domstate", "--reason", saved.name, in: place)
        #expect(state.hasPrefix("running (restored)"), "\(state)")

        try Self.logIn(try #require(ready.first), place, host)
        try Self.spoil(place, host)
        try Self.disturb(place, host)
        try Self.remove(place, host)
      }
    }

    /// Who the guest agent says is there is logged in, and logged out when it says so no more.
    private static func logIn(
      _ deployment: ShownDeployment, _ place: CommandEnvironment, _ host: QemuHost
    ) throws {
      for (word, inUse) in [("login", true), ("logout", false)] {
        try host.type("\(word) ana", on: deployment.name, in: place)
        _ = try eventually("\(deployment.name) in use: \(inUse)") {
          try place.deployments().first { $0.id == deployment.id }?.inUse == inUse ? true : nil
        }
      }
    }

    /// A saved state that cannot be restored is an error, and the machine is not booted over it.
    private static func spoil(_ place: CommandEnvironment, _ host: QemuHost) throws {
      try place.dashboard("resize", "lab", "--l1", "2")
      let all = try filled(place, l1: 2, l2: 1)
      let away = try #require(all.first { $0.placement == "L2" })
      #expect(truncate("\(host.folder)/lib/qemu/save/\(away.name).save", 20_000_000) == 0)
      try place.dashboard("resize", "lab", "--l1", "3")
      #expect(try failed(away, place).contains("restoring its saved state"))
      #expect(try host.domains(place)[away.name] == "saved")
    }

    /// What somebody else does to a machine becomes its error, in words, without being asked.
    private static func disturb(_ place: CommandEnvironment, _ host: QemuHost) throws {
      // The one that failed is not replaced while its pool is paused.
      let victims = try eventually("two are ready at L1") {
        let ready = try place.deployments().filter { $0.placement == "L1" && $0.isReady }
        return ready.count == 2 ? ready : nil
      }
      let (first, second) = (victims[0], victims[1])
      try host.virsh("destroy", first.name, in: place)
      let off = try failed(first, place)
      #expect(off.contains("switched off (virsh destroy)"), "\(off)")
      // One that is not persistent is gone with its power.
      try host.virsh("undefine", second.name, in: place)
      try host.virsh("destroy", second.name, in: place)
      let gone = try failed(second, place)
      #expect(gone.contains("somebody removed its domain"), "\(gone)")
      try adopt(first, place, host)
    }

    /// What is forgotten is found again, and started for the user who still needs it.
    private static func adopt(
      _ deployment: ShownDeployment, _ place: CommandEnvironment, _ host: QemuHost
    ) throws {
      #expect(try place.dashboard("forget", deployment.id).code == 0)
      let answer = try eventually("the engine has seen \(deployment.name) twice") {
        let answer = try place.dashboard("adopt", deployment.name, "zoe", "--wait")
        return answer.code == 66 ? nil : answer
      }
      #expect(answer.code == 0, "\(answer)")
      let adopted = try #require(try place.deployments().first { $0.id == deployment.id })
      #expect(adopted.user == "zoe" && adopted.ip?.hasPrefix("192.168.77.") ?? false)
      #expect(try host.domains(place)[deployment.name] == "running")
    }

    private static func failed(_ deployment: ShownDeployment, _ place: CommandEnvironment) throws
      -> String
    {
      try eventually(
        "\(deployment.name) is in error", seen: { "\((try? place.deployments()) ?? [])" }
      ) {
        try place.deployments().first { $0.id == deployment.id && $0.state == "error" }?
          .reasonOfError
      }
    }

    private static func remove(_ place: CommandEnvironment, _ host: QemuHost) throws {
      let ids = try place.deployments().map(\.id)
      let answer = try place.run(["destroy"] + ids + ["--wait", "--config", place.config])
      #expect(answer.code == 0, "\(answer)")
      #expect(try host.domains(place) == [:])
      #expect(host.machines == 0)
      #expect(host.savedStates == [])
      #expect(host.disks.allSatisfy { $0.hasPrefix("lab-r1.") } && host.disks.count == 1)
    }

    @Test func anEngineThatIsKilledWhileItMakesTenHasMadeTen() throws {
      try QemuHost.with({ Self.configuration($0, "ready: running", l1: 10, l2: 0) }) {
        place, host in
        let first = try place.engine()
        let published = try place.dashboard("publish", "lab", "--wait")
        #expect(published.code == 0, "\(published)")
        var engine = first
        for count in [1, 4, 7] {
          _ = try eventually("\(count) domains", within: 120) {
            try host.domains(place).count >= count ? true : nil
          }
          try place.kill(engine)
          engine = try place.engine()
        }
        let ten = try Self.filled(place, l1: 10, l2: 0)
        #expect(ten.count == 10, "\(ten)")
        let domains = try host.domains(place)
        #expect(Set(domains.keys) == Set(ten.map(\.name)), "\(domains)")
        #expect(domains.values.allSatisfy { $0 == "running" }, "\(domains)")
        #expect(host.machines == 10)
        #expect(host.disks.count == 11, "ten, and what they stand on: \(host.disks)")
      }
    }

    @Test func aLibvirtThatIsFrozenOrStartedAnewDelaysAndDoublesNothing() throws {
      try QemuHost.with({ Self.configuration($0, "ready: running", l1: 2, l2: 0) }) {
        place, host in
        let engine = try place.engine()
        #expect(try place.dashboard("publish", "lab", "--wait").code == 0)
        let first = Set(try Self.filled(place, l1: 2, l2: 0).map(\.name))

        try host.freeze(true, place)
        #expect(try place.dashboard("resize", "lab", "--l1", "4").code == 0)
        pass(milliseconds: Soak.choose(3000, soak: 60_000))
        #expect(try place.deployments().allSatisfy { $0.state != "error" })
        try host.freeze(false, place)
        let second = Set(try Self.filled(place, l1: 4, l2: 0).map(\.name))
        #expect(second.isSuperset(of: first), "\(first) \(second)")

        // Asked while it is gone, and in the middle of its work.
        #expect(try place.dashboard("resize", "lab", "--l1", "6").code == 0)
        try host.restart(place)
        let third = Set(try Self.filled(place, l1: 6, l2: 0).map(\.name))
        #expect(third.isSuperset(of: second), "\(second) \(third)")
        let domains = try host.domains(place)
        #expect(Set(domains.keys) == third, "\(domains)")
        #expect(domains.values.allSatisfy { $0 == "running" }, "\(domains)")
        #expect(host.machines == 6)
        #expect(host.disks.count == 7, "six, and what they stand on: \(host.disks)")
        #expect(engine.ended() == nil)
      }
    }

    /// All deployments, once the pool has its sizes.
    private static func filled(
      _ place: CommandEnvironment, l1: Int, l2: Int
    ) throws -> [ShownDeployment] {
      try eventually(
        "\(l1) and \(l2) are ready", within: 170,
        seen: { "\((try? place.dashboard("deployments").output) ?? "")" },
        answer: {
          let counts = try place.pool("lab").counts
          guard counts.l1Ready == l1, counts.l2Ready == l2 else { return nil }
          return try place.deployments()
        })
    }
  }
}
