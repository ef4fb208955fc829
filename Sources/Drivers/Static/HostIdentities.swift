import DeploymentInterface
import Glibc

/// Recognises one machine under several addresses: `localhost` and 127.0.0.1, a name and the
/// addresses that it stands for. Each name is looked up once.
struct HostIdentities {
  private var known: [String: Set<String>] = [:]

  /// Whether two items are the same port of the same machine.
  mutating func areSame(_ one: StaticHost, _ other: StaticHost) -> Bool {
    guard one.port == other.port else { return false }
    if AddressText.canonical(one.address) == AddressText.canonical(other.address) { return true }
    if AddressText.isNumeric(one.address), AddressText.isNumeric(other.address) { return false }
    return !addresses(of: one.address).isDisjoint(with: addresses(of: other.address))
  }

  /// All addresses of a host; empty if its name cannot be resolved.
  private mutating func addresses(of host: String) -> Set<String> {
    if let known = known[host] { return known }
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    var addresses: Set<String> = []
    if getaddrinfo(host, nil, &hints, &found) == 0 {
      var next = found
      while let entry = next?.pointee {
        if let text = Self.text(of: entry) { addresses.insert(AddressText.canonical(text)) }
        next = entry.ai_next
      }
    }
    if let found { freeaddrinfo(found) }
    known[host] = addresses
    return addresses
  }

  private static func text(of entry: addrinfo) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let result = getnameinfo(
      entry.ai_addr, entry.ai_addrlen, &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
    guard result == 0 else { return nil }
    let end = buffer.firstIndex(of: 0) ?? buffer.endIndex
    return String(decoding: buffer[..<end].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
