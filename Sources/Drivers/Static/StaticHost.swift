import DeploymentInterface
import SafeTexts

/// An existing machine: one item of a provider's `hosts`.
struct StaticHost: Hashable, Codable, Sendable {
  /// The machine's name.
  let name: String
  /// Its IP address or DNS name.
  let address: String
  /// The TCP port on which it accepts connections when it can be used.
  let port: UInt16
  /// The address for wake-on-LAN; nil if it cannot be woken.
  let mac: MACAddress?

  /// The address and port to which a user connects.
  var place: String { address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)" }

  /// Whether another item has the same address, however it is written. Names are not looked up.
  func isAt(_ other: StaticHost) -> Bool {
    port == other.port
      && AddressText.canonical(address) == AddressText.canonical(other.address)
  }

  /// Its name and place, for use in a sentence.
  var words: String { "\(name) (\(place))" }

  /// The keys of an item.
  static let parameters: [Parameter] = [
    .init("name", .text, isRequired: true, "What people call it."),
    .init("address", .text, isRequired: true, "Its IP address or DNS name."),
    .init("protocol", .choice(["ssh", "rdp", "vnc"]), "The protocol, which determines the port."),
    .init("port", .integer(1...65_535), "The TCP port at which it answers when it can be used."),
    .init("mac", .text, "Its MAC address, if it can be woken over the network."),
  ]

  private static let ports: [String: UInt16] = ["ssh": 22, "rdp": 3389, "vnc": 5900]

  init(_ values: ParameterValues) throws(ParameterProblem) {
    let reader = try ParameterReader(values, of: "a host", parameters: Self.parameters)
    let name = reader.text("name") ?? ""
    let address = reader.text("address") ?? ""
    func wrong(_ what: String) -> ParameterProblem { .init("hosts", SafeText(what)) }
    guard Self.isPlain(name) else {
      throw wrong("a host needs a name of 1 to 64 visible characters")
    }
    guard AddressText.isHost(address) else {
      throw wrong("host \(name) needs an address: an IP address or a DNS name")
    }
    let usual = reader.text("protocol").flatMap { Self.ports[$0] }
    let given = reader.isGiven("port") ? UInt16(clamping: reader.integer("port")) : nil
    guard let port = given ?? usual else {
      throw wrong("host \(name) needs a protocol (ssh, rdp or vnc) or a port")
    }
    self.name = name
    self.address = address.lowercased()
    self.port = port
    mac = try reader.text("mac").map { text throws(ParameterProblem) in
      if let mac = MACAddress(parsing: text.lowercased()) {
        if mac.isOfOneCard { return mac }
        throw wrong("host \(name) has the mac \(mac), which is not the address of one card")
      }
      throw wrong("host \(name) has the mac \(text); write it like 52:54:00:12:34:56")
    }
  }

  private static func isPlain(_ text: String) -> Bool {
    SafeText(text).text == text && !text.isEmpty && text.utf8.count <= 64
      && text.first?.isWhitespace == false
  }
}
