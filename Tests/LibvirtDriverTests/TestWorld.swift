import CLibvirt
import DeploymentInterface
import Foundation
import TestSupport
import Testing

@testable import LibvirtDriver

/// A host of libvirt's `test` hypervisor, private to one test: it exists in this process, and
/// starts with a storage pool, a network, and a base to clone.
///
/// It has no disks and runs no guests: a volume is a name and a size, a saved state is a flag, and
/// addresses are made up. Everything else is tested with QEMU.
final class TestWorld {
  private let place: TemporaryFolder
  var folder: String { place.path }
  let driver = LibvirtDriver()
  let provider: LibvirtProvider
  let connection: VirtConnection
  let owner = "owner-1"

  /// - Parameter more: additional elements of the host's XML.
  init(_ more: String = "") throws {
    place = try TemporaryFolder("libvirt")
    let file = place.path + "/world.xml"
    try Self.xml(more).write(toFile: file, atomically: true, encoding: .utf8)
    let made = try driver.makeProvider([
      "uri": .text("test://\(file)"), "pool": .text("images"), "network": .text("lab"),
    ])
    provider = try #require(made as? LibvirtProvider)
    connection = provider.connection
  }

  private static func xml(_ more: String) -> String {
    """
    <node>
      <network>
        <name>lab</name><bridge name='lab0'/>
        <ip address='192.168.50.1' netmask='255.255.255.0'>
          <dhcp><range start='192.168.50.10' end='192.168.50.200'/></dhcp>
        </ip>
      </network>
      <pool type='dir'>
        <name>images</name>
        <capacity>1099511627776</capacity><available>1099511627776</available>
        <target><path>/images</path></target>
        <volume type='file'>
          <name>golden.qcow2</name>
          <capacity>1073741824</capacity>
          <target><path>/images/golden.qcow2</path><format type='qcow2'/></target>
        </volume>
      </pool>
      <domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
        <name>golden</name>
        <memory unit='MiB'>64</memory>
        <vcpu>1</vcpu>
        <os><type>hvm</type></os>
        <devices>
          <disk type='file' device='disk'>
            <driver name='qemu' type='qcow2'/>
            <source file='/images/golden.qcow2'/>
            <target dev='vda' bus='virtio'/>
          </disk>
          <disk type='file' device='cdrom'>
            <source file='/images/install.iso'/><target dev='sda' bus='sata'/><readonly/>
          </disk>
          <interface type='network'>
            <mac address='52:54:00:99:99:99'/><source network='lab'/>
          </interface>
          <graphics type='vnc' port='5901' autoport='no'/>
        </devices>
        <test:runstate>5</test:runstate>
      </domain>
      \(more)
    </node>
    """
  }

  // MARK: Acting behind the driver's back

  /// Makes a call as another user of the same host.
  @discardableResult
  func perform<Value>(_ body: (VirtSession) throws(VirtError) -> Value) throws -> Value {
    try connection.perform(body).get()
  }

  func domain<Value>(
    _ name: String, _ body: (VirtDomain) throws(VirtError) -> Value
  ) throws -> Value {
    try perform { session throws(VirtError) in
      guard let domain = try session.domain(name: name) else {
        throw .refusal("no domain \(name)")
      }
      return try body(domain)
    }
  }

  func power(_ name: String) throws -> Power {
    try domain(name) { domain throws(VirtError) in try domain.power() }
  }

  /// The names of all domains except the base.
  var domains: [String] {
    get throws {
      try perform { session throws(VirtError) in
        try session.domains().map(\.name).filter { $0 != "golden" }.sorted()
      }
    }
  }

  /// The names of all volumes except the base's.
  var volumes: [String] {
    get throws {
      try perform { session throws(VirtError) in
        guard let pool = virStoragePoolLookupByName(session.pointer, "images") else {
          throw .last()
        }
        defer { virStoragePoolFree(pool) }
        var names = [UnsafeMutablePointer<CChar>?](repeating: nil, count: 1000)
        let count = virStoragePoolListVolumes(pool, &names, 1000)
        return names.prefix(Int(max(0, count))).compactMap { name in
          defer { free(name) }
          return name.map { String(cString: $0) }
        }.filter { $0 != "golden.qcow2" }.sorted()
      }
    }
  }

  // MARK: Acting as the engine

  func service(_ parameters: ParameterValues = [:]) throws -> LibvirtService {
    let all = ["base": .text("golden")].merging(parameters) { $1 }
    return try #require(try provider.makeService(all) as? LibvirtService)
  }

  /// A deployment of a pool that has been published.
  func driven(_ parameters: ParameterValues = [:], id: Int64 = 7) async throws -> Driven {
    var driven = Driven(machine: try service(parameters), owner: owner, id: id)
    driven.publication = try await published(parameters)
    return driven
  }

  func published(_ parameters: ParameterValues = [:]) async throws -> PublicationReference {
    var publication = Driven(machine: try service(parameters), owner: owner, id: 0)
    publication.name = "lab-r1"
    publication.subject = .publication(PoolID(1), 1)
    #expect(try await publication.run(.publish) == .finished)
    return PublicationReference(revision: 1, name: "lab-r1", data: publication.data)
  }
}

extension Driven {
  /// Creates a machine with the MAC address of these tests.
  init(machine service: any Service, owner: String, id: Int64) {
    self.init(
      service, owner: owner, id: id, name: "lab-\(id)",
      mac: MACAddress(parsing: "52:54:00:00:00:07"))
  }
}
