import CLibvirt
import Glibc

/// A domain, for the duration of a call.
final class VirtDomain {
  private let pointer: virDomainPtr

  init(_ pointer: virDomainPtr) { self.pointer = pointer }

  /// Returns nil if the domain does not exist.
  convenience init?(existing pointer: virDomainPtr?) throws(VirtError) {
    guard let pointer else {
      let error = VirtError.last()
      if error.isAbsence { return nil }
      throw error
    }
    self.init(pointer)
  }

  deinit { virDomainFree(pointer) }

  var name: String { virDomainGetName(pointer).map { String(cString: $0) } ?? "" }

  var uuid: String {
    var text = [CChar](repeating: 0, count: Int(VIR_UUID_STRING_BUFLEN))
    guard virDomainGetUUIDString(pointer, &text) == 0 else { return "" }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  func power() throws(VirtError) -> Power {
    var state: Int32 = 0
    var reason: Int32 = 0
    try VirtSession.check(virDomainGetState(pointer, &state, &reason, 0))
    return Power(state: state, reason: reason)
  }

  /// The XML from which it is started.
  func xml() throws(VirtError) -> String {
    try VirtSession.text(virDomainGetXMLDesc(pointer, VIR_DOMAIN_XML_INACTIVE.rawValue))
  }

  /// The XML of the running domain, with what the hypervisor has added.
  func runningXML() throws(VirtError) -> String {
    try VirtSession.text(virDomainGetXMLDesc(pointer, 0))
  }

  /// Our mark on it; nil if it has none.
  func mark() throws(VirtError) -> Mark? { try markElement().flatMap(Mark.init(element:)) }

  /// The metadata element with our mark; nil if it has none.
  func markElement() throws(VirtError) -> String? {
    let kind = Int32(bitPattern: VIR_DOMAIN_METADATA_ELEMENT.rawValue)
    do throws(VirtError) {
      return try VirtSession.text(virDomainGetMetadata(pointer, kind, Mark.namespace, 0))
    } catch {
      // A domain that has just disappeared is different from one without a mark.
      if error.isAny(of: VIR_ERR_NO_DOMAIN_METADATA) { return nil }
      throw error
    }
  }

  /// Starts it from its saved state, or boots it if it has none.
  func start() throws(VirtError) { try VirtSession.check(virDomainCreate(pointer)) }
  func resume() throws(VirtError) { try VirtSession.check(virDomainResume(pointer)) }
  func pause() throws(VirtError) { try VirtSession.check(virDomainSuspend(pointer)) }
  func wakeUp() throws(VirtError) { try VirtSession.check(virDomainPMWakeup(pointer, 0)) }
  /// Asks the guest to shut down.
  func shutDown() throws(VirtError) { try VirtSession.check(virDomainShutdown(pointer)) }
  /// Switches it off without asking the guest.
  func powerOff() throws(VirtError) { try VirtSession.check(virDomainDestroy(pointer)) }
  func save() throws(VirtError) { try VirtSession.check(virDomainManagedSave(pointer, 0)) }

  func hasSavedState() throws(VirtError) -> Bool {
    let answer = virDomainHasManagedSaveImage(pointer, 0)
    try VirtSession.check(answer)
    return answer == 1
  }

  func forgetSavedState() throws(VirtError) {
    try VirtSession.check(virDomainManagedSaveRemove(pointer, 0))
  }

  /// Reads the header of its saved state; throws if it is incomplete, because libvirt would then
  /// boot the machine.
  func readSavedState() throws(VirtError) {
    do throws(VirtError) {
      _ = try VirtSession.text(virDomainManagedSaveGetXMLDesc(pointer, 0))
    } catch {
      // A hypervisor that does not support this has no header.
      if !error.isUnsupported { throw error }
    }
  }

  /// Removes it, with everything that libvirt keeps for it.
  func undefine() throws(VirtError) {
    let all = [
      VIR_DOMAIN_UNDEFINE_MANAGED_SAVE, VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA,
      VIR_DOMAIN_UNDEFINE_NVRAM, VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA,
    ]
    // A hypervisor without these features rejects their flags.
    for count in [4, 3, 2, 1, 0] {
      let flags = all.prefix(count).reduce(0) { $0 | $1.rawValue }
      if virDomainUndefineFlags(pointer, flags) == 0 { return }
      let error = VirtError.last()
      let isAboutFlags = error.isUnsupported || error.isAny(of: VIR_ERR_INVALID_ARG)
      guard isAboutFlags, count > 0 else { throw error }
    }
  }

  /// The logged-in users, as reported by the guest agent; throws if it does not answer.
  func users() throws(VirtError) -> [String] {
    var list: virTypedParameterPtr?
    var count: Int32 = 0
    let wanted = VIR_DOMAIN_GUEST_INFO_USERS.rawValue
    try VirtSession.check(virDomainGetGuestInfo(pointer, wanted, &list, &count, 0))
    defer { virTypedParamsFree(list, count) }
    var number: UInt32 = 0
    guard virTypedParamsGetUInt(list, count, "user.count", &number) == 1 else { return [] }
    return (0..<min(number, 64)).compactMap { index in
      var text: UnsafePointer<CChar>?
      guard virTypedParamsGetString(list, count, "user.\(index).name", &text) == 1, let text else {
        return nil
      }
      return String(cString: text)
    }
  }

  /// Whether the guest has sent anything through a network card since it was started; true if
  /// packets are not counted.
  func hasSpoken(through mac: String) -> Bool {
    var stats = virDomainInterfaceStatsStruct()
    let size = MemoryLayout<virDomainInterfaceStatsStruct>.size
    guard virDomainInterfaceStats(pointer, mac, &stats, size) == 0 else { return true }
    // At least two packets: one to request an address and one to accept it.
    return stats.tx_packets < 0 || stats.tx_packets >= 2
  }

  /// The addresses of the guest, from one source.
  func addresses(from source: AddressSource) throws(VirtError) -> [GuestAddress] {
    var list: UnsafeMutablePointer<virDomainInterfacePtr?>?
    let count = virDomainInterfaceAddresses(pointer, &list, source.number, 0)
    try VirtSession.check(count)
    defer {
      for index in 0..<Int(count) { virDomainInterfaceFree(list?[index]) }
      free(list)
    }
    return (0..<Int(count)).flatMap { index -> [GuestAddress] in
      guard let interface = list?[index]?.pointee else { return [] }
      let mac = interface.hwaddr.map { String(cString: $0) }
      return (0..<Int(interface.naddrs)).compactMap { number in
        let address = interface.addrs[number]
        guard let text = address.addr.map({ String(cString: $0) }) else { return nil }
        return GuestAddress(mac: mac, address: text, isIPv6: address.type == 1)
      }
    }
  }
}

/// An address of a guest, as reported by libvirt.
struct GuestAddress: Hashable, Sendable {
  let mac: String?
  let address: String
  let isIPv6: Bool

  /// The address to which a user connects: of the right network card, IPv4 preferred to IPv6, and
  /// neither loopback nor link-local.
  static func best(of all: [GuestAddress], mac: String) -> String? {
    let own = all.filter { $0.mac == nil || $0.mac?.lowercased() == mac.lowercased() }
    let useless = ["127.", "169.254.", "::1", "fe80:"]
    let usable = own.filter { one in !useless.contains { one.address.lowercased().hasPrefix($0) } }
    return (usable.first { !$0.isIPv6 } ?? usable.first)?.address
  }
}

/// A source for the address of a guest.
enum AddressSource: String, CaseIterable, Sendable {
  case lease, agent, arp

  var number: UInt32 {
    switch self {
    case .lease: VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE.rawValue
    case .agent: VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT.rawValue
    case .arp: VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP.rawValue
    }
  }
}
