import FoundationXML
import Testing

@testable import LibvirtDriver

/// The XML of clones, and the mark in it.
@Suite struct DocumentTests {
  private static let mark = Mark(owner: "owner-1", id: 7, name: "lab-7")

  private static func stamp() -> DomainStamp {
    DomainStamp(mark: mark, mac: "52:54:00:00:00:07", diskPath: "/images/lab-7.qcow2")
  }

  private static let base = """
    <domain type='kvm' id='4'>
      <name>golden</name><uuid>11111111-1111-4111-8111-111111111111</uuid>
      <metadata><os:info xmlns:os='urn:os'>kept</os:info></metadata>
      <memory unit='GiB'>4</memory><vcpu current='1'>4</vcpu>
      <os><type>hvm</type><nvram template='/t.fd'>/nvram/golden.fd</nvram></os>
      <cpu><topology sockets='1' cores='4' threads='1'/></cpu>
      <devices>
        <disk type='block' device='disk'>
          <driver name='qemu' type='raw'/><source dev='/dev/vg/golden'/>
          <backingStore/><target dev='vda' bus='virtio'/>
        </disk>
        <disk type='file' device='cdrom'>
          <source file='/iso/install.iso'/><target dev='sda' bus='sata'/>
        </disk>
        <interface type='bridge'>
          <mac address='52:54:00:99:99:99'/><source bridge='br0'/><target dev='vnet4'/>
        </interface>
        <interface type='network'>
          <mac address='52:54:00:99:99:98'/><source network='second'/>
        </interface>
        <channel type='unix'>
          <source mode='bind' path='/run/golden.agent'/>
          <target type='virtio' name='org.qemu.guest_agent.0'/>
        </channel>
        <graphics type='vnc' port='5901' autoport='no' listen='127.0.0.1'/>
      </devices>
    </domain>
    """

  private static func stamped(_ change: (inout DomainStamp) -> Void = { _ in }) throws -> String {
    var stamp = stamp()
    change(&stamp)
    let document = try DomainDocument(base)
    try document.stamp(stamp)
    return document.xml
  }

  @Test func whatIsSharedWithTheBaseIsTakenOut() throws {
    let xml = try Self.stamped()
    let base = [
      "golden", "11111111", "/dev/vg", "install.iso", "52:54:00:99", "vnet4", "golden.agent",
      "5901", "backingStore", "id=\"4\"",
    ]
    for text in base { #expect(!xml.contains(text), "\(text) in \(xml)") }
    let own = [
      "<name>lab-7</name>", "/images/lab-7.qcow2", "52:54:00:00:00:07", "br0", "second",
      "template=\"/t.fd\"", ">kept<", "autoport=\"yes\"", "type=\"qcow2\"",
    ]
    for text in own { #expect(xml.contains(text), "no \(text) in \(xml)") }
  }

  @Test func thePoolDecidesWhatItSays() throws {
    let xml = try Self.stamped {
      $0.memory = 524_288
      $0.cpus = 2
      $0.network = "lab"
      $0.graphics = "spice"
    }
    #expect(xml.contains(#"<memory unit="KiB">524288</memory>"#))
    #expect(xml.contains("<vcpu>2</vcpu>") && !xml.contains("topology"))
    #expect(xml.contains(#"network="lab""#) && !xml.contains("br0"))
    #expect(xml.contains(#"type="spice""#) && !xml.contains("vnc"))
  }

  @Test func theMarkIsReadAsItWasWritten() throws {
    let odd = Mark(owner: #"o"<&>'1"#, id: 9, name: #"a"b<c&d'"#)
    for asksUsers in [true, false] {
      let element = try #require(odd.element(asksUsers: asksUsers)).xmlString
      #expect(Mark(element: element) == odd)
      #expect(Mark.asksUsers(element: element) == asksUsers)
    }
    #expect(Mark(element: "<x owner='o' id='0' name='n'/>") == nil)
    #expect(Mark(element: "no XML at all") == nil)
  }

  @Test func aSecondStampReplacesTheFirst() throws {
    let document = try DomainDocument(Self.base)
    try document.stamp(Self.stamp())
    var second = Self.stamp()
    second.mark = Mark(owner: "owner-2", id: 8, name: "lab-8")
    try document.stamp(second)
    #expect(!document.xml.contains("owner-1") && document.xml.contains("owner-2"))
  }

  @Test func theIdentityDecidesTheUUID() {
    let same = Mark(owner: "owner-1", id: 7, name: "lab-7")
    #expect(Self.mark.uuid == same.uuid)
    let others = [
      Mark(owner: "owner-2", id: 7, name: "lab-7"), Mark(owner: "owner-1", id: 8, name: "lab-7"),
      Mark(owner: "owner-1", id: 7, name: "lab-8"),
    ]
    #expect(Set(others.map(\.uuid) + [Self.mark.uuid]).count == 4)
    for mark in others {
      let parts = mark.uuid.split(separator: "-").map(\.count)
      #expect(parts == [8, 4, 4, 4, 12], "\(mark.uuid)")
      #expect(mark.uuid.dropFirst(14).first == "8", "\(mark.uuid)")
    }
  }

  @Test func aDomainWithTwoDisksCannotBeCloned() throws {
    let two = Self.base.replacing(
      "<interface type='bridge'>",
      with: "<disk type='file'><source file='/b'/></disk><interface type='bridge'>")
    let document = try DomainDocument(two)
    #expect(throws: VirtError.self) { try document.onlyDisk() }
    #expect(throws: VirtError.self) { try document.stamp(Self.stamp()) }
    #expect(try DomainDocument(Self.base).onlyDisk() == .path("/dev/vg/golden"))
  }

  @Test(arguments: ["", "<domain>", "<network/>", "<!DOCTYPE d SYSTEM '/etc/passwd'><x/>"])
  func whatIsNoDomainIsRefused(_ xml: String) {
    #expect(throws: VirtError.self) { try DomainDocument(xml) }
  }

  @Test func aScreenIsOnlyWhereThereIsAPort() throws {
    let there = Self.base.replacing("autoport='no'", with: "autoport='yes'")
    #expect(try DomainDocument(there).console == "vnc://127.0.0.1:5901")
    let off = there.replacing("port='5901'", with: "port='-1'")
    #expect(try DomainDocument(off).console == nil)
  }

  @Test func theAddressOfAnotherCardOrOfTheCableIsNotTaken() {
    let all = [
      GuestAddress(mac: "00:00:00:00:00:00", address: "127.0.0.1", isIPv6: false),
      GuestAddress(mac: "52:54:00:00:00:07", address: "fe80::1", isIPv6: true),
      GuestAddress(mac: "52:54:00:00:00:07", address: "2001:db8::7", isIPv6: true),
      GuestAddress(mac: "52:54:00:00:00:08", address: "10.0.0.8", isIPv6: false),
      GuestAddress(mac: "52:54:00:00:00:07", address: "10.0.0.7", isIPv6: false),
    ]
    #expect(GuestAddress.best(of: all, mac: "52:54:00:00:00:07") == "10.0.0.7")
    #expect(GuestAddress.best(of: Array(all.prefix(4)), mac: "52:54:00:00:00:07") == "2001:db8::7")
    #expect(GuestAddress.best(of: Array(all.prefix(2)), mac: "52:54:00:00:00:07") == nil)
  }

  @Test func aDiskAloneGetsADomainThatTheHostCanRun() throws {
    let capabilities = """
      <capabilities><guest><os_type>hvm</os_type><arch name='x86_64'>
      <domain type='qemu'/><domain type='kvm'/></arch></guest></capabilities>
      """
    let xml = try HostCapabilities(capabilities).plainDomain
    #expect(xml.contains(#"<domain type="kvm">"#) && xml.contains("host-passthrough"))
    #expect(throws: VirtError.self) { try HostCapabilities("<capabilities/>").plainDomain }
  }
}
