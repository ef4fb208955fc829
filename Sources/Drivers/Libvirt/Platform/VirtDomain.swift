import CLibvirt
import Glibc

/// A domain, while a call is made.
final class VirtDomain {
  private let pointer: virDomainPtr

  init(_ pointer: virDomainPtr) { self.pointer = pointer }

  /// Nil: there is none.
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

  /// What it would be started from.
  func xml() throws(VirtError) -> String {
    try VirtSession.text(virDomainGetXMLDesc(pointer, VIR_DOMAIN_XML_INACTIVE.rawValue))
  }

  /// What runs now, with what the hypervisor has added.
  func runningXML() throws(VirtError) -> String {
    try VirtSession.text(virDomainGetXMLDesc(pointer, 0))
  }

  /// Our mark on it; nil: it has none.
  func mark() throws(VirtError) -> Mark? { try markElement().flatMap(Mark.init(element:)) }

  /// The element that is our mark; nil: it has none.
  func markElement() throws(VirtError) -> String? {
    let kind = Int32(bitPattern: VIR_DOMAIN_METADATA_ELEMENT.rawValue)
    do throws(VirtError) {
      return try VirtSession.text(virDomainGetMetadata(pointer, kind, Mark.namespace, 0))
    } catch {
      // A domain that has just gone is another thing than one without a mark.
      if error.isAny(of: VIR_ERR_NO_DOMAIN_METADATA) { return nil }
      throw error
    }
  }

  /// From nothing, or from its saved state where it has one.
  func start() throws(VirtError) { try VirtSession.check(virDomainCreate(pointer)) }
  func resume() throws(VirtError) { try VirtSession.check(virDomainResume(pointer)) }
  func pause() throws(VirtError) { try VirtSession.check(virDomainSuspend(pointer)) }
  func wakeUp() throws(VirtError) { try VirtSession.check(virDomainPMWakeup(pointer, 0)) }
  /// Asks the guest.
  func shutDown() throws(VirtError) { try VirtSession.check(virDomainShutdown(pointer)) }
  /// Pulls the plug.
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

  /// Reads the head of its saved state. libvirt starts a machine from nothing when that is
  /// incomplete, so it is read before.
  func readSavedState() throws(VirtError) {
    do throws(VirtError) {
      _ = try VirtSession.text(virDomainManagedSaveGetXMLDesc(pointer, 0))
    } catch {
      // Where it cannot be read, there is no head.
      if !error.isUnsupported { throw error }
    }
  }

  /// Forgets it, with all that libvirt keeps for it.
  func undefine() throws(VirtError) {
    let all = [
      VIR_DOMAIN_UNDEFINE_MANAGED_SAVE, VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA,
      VIR_DOMAIN_UNDEFINE_NVRAM, VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA,
    ]
    // A hypervisor that has no such things does not know their flags.
    for count in [4, 3, 2, 1, 0] {
      let flags = all.prefix(count).reduce(0) { $0 | $1.rawValue }
      if virDomainUndefineFlags(pointer, flags) == 0 { return }
      let error = VirtError.last()
      let isAboutFlags = error.isUnsupported || error.isAny(of: VIR_ERR_INVALID_ARG)
      guard isAboutFlags, count > 0 else { throw error }
    }
  }

  /// Whether the agent in the guest answers; nil: it does. And who is logged in, as it says.
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

  /// Whether the guest has sent anything through a network card since it was started; true where
  /// nobody counts.
  func hasSpoken(through mac: String) -> Bool {
    var stats = virDomainInterfaceStatsStruct()
    let size = MemoryLayout<virDomainInterfaceStatsStruct>.size
    guard virDomainInterfaceStats(pointer, mac, &stats, size) == 0 else { return true }
    // Two at least: one asks for an address, one takes it.
    return stats.tx_packets < 0 || stats.tx_packets >= 2
  }

  /// The addresses of the guest, as one of the sources knows them.
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

/// An address as libvirt knows it.
struct GuestAddress: Hashable, Sendable {
  let mac: String?
  let address: String
  let isIPv6: Bool

  /// The one that a user would connect to: of the right network card, IPv4 rather than IPv6, and
  /// not one that means the machine itself or only its cable.
  static func best(of all: [GuestAddress], mac: String) -> String? {
    let own = all.filter { $0.mac == nil || $0.mac?.lowercased() == mac.lowercased() }
    let useless = ["127.", "169.254.", "::1", "fe80:"]
    let usable = own.filter { one in !useless.contains { one.address.lowercased().hasPrefix($0) } }
    return (usable.first { !$0.isIPv6 } ?? usable.first)?.address
  }
}

/// Who may know the address of a guest.
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
