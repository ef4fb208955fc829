import FoundationXML

/// The guests that a host can run, as reported by libvirt.
struct HostCapabilities {
  private let guests: [XMLElement]

  init(_ xml: String) throws(VirtError) {
    guard let root = WellFormed.document(xml)?.rootElement() else {
      throw .refusal("cannot parse the capabilities of the host")
    }
    guests = root.elements(forName: "guest")
  }

  /// A domain for a base that is only a disk: with the host's processor, and with hardware
  /// acceleration if the host supports it.
  var plainDomain: String {
    get throws(VirtError) {
      let known = guests.compactMap { guest -> (type: String, arch: String, os: String)? in
        guard let arch = guest.elements(forName: "arch").first,
          let name = arch.attribute(forName: "name")?.stringValue
        else { return nil }
        let types = arch.elements(forName: "domain").compactMap {
          $0.attribute(forName: "type")?.stringValue
        }
        guard let type = types.contains("kvm") ? "kvm" : types.first else { return nil }
        return (type, name, guest.elements(forName: "os_type").first?.stringValue ?? "hvm")
      }
      guard
        let best = known.first(where: { $0.type == "kvm" && $0.arch == "x86_64" })
          ?? known.first(where: { $0.type == "kvm" }) ?? known.first
      else { throw .refusal("the host cannot run any machines") }
      let (type, arch, system) = (best.type.escaped, best.arch.escaped, best.os.escaped)
      let processor = type == "kvm" ? #"<cpu mode="host-passthrough"/>"# : ""
      return """
        <domain type="\(type)">
          <name>base</name>
          <memory unit="MiB">2048</memory>
          <vcpu>2</vcpu>
          <os><type arch="\(arch)">\(system)</type><boot dev="hd"/></os>
          <features><acpi/></features>
          \(processor)
          <devices>
            <disk type="file" device="disk">
              <driver name="qemu" type="qcow2"/>
              <target dev="vda" bus="virtio"/>
            </disk>
            <interface type="network">
              <source network="default"/>
              <model type="virtio"/>
            </interface>
            <channel type="unix"><target type="virtio" name="org.qemu.guest_agent.0"/></channel>
            <graphics type="vnc" autoport="yes"/>
            <console type="pty"/>
          </devices>
        </domain>
        """
    }
  }
}
