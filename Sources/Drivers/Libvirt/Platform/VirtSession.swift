import CLibvirt
import Glibc

/// An open connection, closed with its last reference.
///
/// libvirt protects a connection with its own lock, so any thread may call.
final class VirtSession: @unchecked Sendable {
  let pointer: virConnectPtr

  init(opening uri: String) throws(VirtError) {
    try EventLoop.start()
    guard let pointer = virConnectOpenAuth(uri, nil, 0) else { throw .last() }
    self.pointer = pointer
    // Hypervisor drivers inside this process do not support keep-alive; that error is ignored.
    virConnectSetKeepAlive(pointer, 5, 3)
  }

  deinit { virConnectClose(pointer) }

  var isAlive: Bool { virConnectIsAlive(pointer) == 1 }

  func domain(uuid: String) throws(VirtError) -> VirtDomain? {
    try VirtDomain(existing: virDomainLookupByUUIDString(pointer, uuid))
  }

  func domain(name: String) throws(VirtError) -> VirtDomain? {
    try VirtDomain(existing: virDomainLookupByName(pointer, name))
  }

  /// Defines a persistent domain, or changes the one with the same name and UUID.
  func define(_ xml: String) throws(VirtError) {
    guard let domain = virDomainDefineXMLFlags(pointer, xml, 0) else { throw .last() }
    virDomainFree(domain)
  }

  /// All domains, on or off.
  func domains() throws(VirtError) -> [VirtDomain] {
    var list: UnsafeMutablePointer<virDomainPtr?>?
    let count = virConnectListAllDomains(pointer, &list, 0)
    guard count >= 0, let list else { throw .last() }
    defer { free(list) }
    return (0..<Int(count)).compactMap { list[$0].map(VirtDomain.init) }
  }

  func pool(_ name: String) throws(VirtError) -> VirtPool {
    guard let pool = virStoragePoolLookupByName(pointer, name) else { throw .last() }
    return VirtPool(pool, name: name)
  }

  /// The volume with this file, in any pool.
  func volume(path: String) throws(VirtError) -> VirtVolume? {
    try VirtVolume(existing: virStorageVolLookupByPath(pointer, path))
  }

  /// Whether a network with this name exists and is active.
  func isNetworkActive(_ name: String) throws(VirtError) -> Bool {
    guard let network = virNetworkLookupByName(pointer, name) else { throw .last() }
    defer { virNetworkFree(network) }
    return virNetworkIsActive(network) == 1
  }

  /// The addresses that a network has leased to a card, newest first: the lease of a previous
  /// machine with the same MAC may still exist.
  func leases(of network: String, to mac: String) throws(VirtError) -> [GuestAddress] {
    guard let network = virNetworkLookupByName(pointer, network) else { throw .last() }
    defer { virNetworkFree(network) }
    var list: UnsafeMutablePointer<virNetworkDHCPLeasePtr?>?
    let count = virNetworkGetDHCPLeases(network, mac, &list, 0)
    try Self.check(count)
    defer {
      for index in 0..<Int(count) { virNetworkDHCPLeaseFree(list?[index]) }
      free(list)
    }
    return (0..<Int(count)).compactMap { list?[$0]?.pointee }
      .sorted { $0.expirytime > $1.expirytime }
      .compactMap { lease in
        lease.ipaddr.map {
          GuestAddress(mac: mac, address: String(cString: $0), isIPv6: lease.type == 1)
        }
      }
  }

  /// The capabilities of the host, as XML.
  func capabilities() throws(VirtError) -> String {
    try Self.text(virConnectGetCapabilities(pointer))
  }

  /// The type of the hypervisor: `QEMU`, `TEST`, `LXC` …
  func kind() throws(VirtError) -> String {
    guard let kind = virConnectGetType(pointer) else { throw .last() }
    return String(cString: kind)
  }

  /// Takes over a text that libvirt allocated.
  static func text(_ pointer: UnsafeMutablePointer<CChar>?) throws(VirtError) -> String {
    guard let pointer else { throw .last() }
    defer { free(pointer) }
    return String(cString: pointer)
  }

  /// Throws if the result of a call reports an error.
  static func check(_ answer: Int32) throws(VirtError) {
    if answer < 0 { throw .last() }
  }
}
