import FoundationXML

/// The mark on a domain that shows which engine created it, and for which deployment. It is an
/// element in the domain's metadata from its definition on.
struct Mark: Hashable, Sendable {
  /// The engine's mark: random, kept in its store.
  let owner: String
  /// The deployment's number.
  let id: Int64
  /// The deployment's name.
  let name: String

  static let namespace = "urn:deployment-dashboard:mark:1"

  init(owner: String, id: Int64, name: String) {
    self.owner = owner
    self.id = id
    self.name = name
  }

  /// Reads the mark from an element of a domain's metadata; nil if it is not a mark.
  init?(element xml: String) {
    guard let root = WellFormed.document(xml)?.rootElement(),
      let owner = root.attribute(forName: "owner")?.stringValue,
      let id = root.attribute(forName: "id")?.stringValue.flatMap({ Int64($0) }), id > 0,
      let name = root.attribute(forName: "name")?.stringValue
    else { return nil }
    self.init(owner: owner, id: id, name: name)
  }

  /// The metadata element of the mark.
  ///
  /// - Parameter asksUsers: whether the guest agent is asked for logged-in users; stored for an
  ///   engine that finds the machine later.
  func element(asksUsers: Bool) -> XMLElement? {
    try? XMLElement(
      xmlString: """
        <dashboard:deployment xmlns:dashboard="\(Self.namespace)" owner="\(owner.escaped)" \
        id="\(id)" name="\(name.escaped)"\(asksUsers ? #" users="agent""# : "")/>
        """)
  }

  /// Whether the element of a mark says that the guest agent is asked for users.
  static func asksUsers(element xml: String) -> Bool {
    let root = WellFormed.document(xml)?.rootElement()
    return root?.attribute(forName: "users")?.stringValue == "agent"
  }

  /// The UUID of the domain, derived from the mark, so that a repeated start cannot create a second
  /// domain.
  var uuid: String {
    let text = "\(owner)/\(id)/\(name)"
    let halves = [Self.hash(text, from: 0xcbf2_9ce4_8422_2325), Self.hash(text, from: 0x9e37_79b9)]
    // Version 8 (custom), variant 1.
    let high = halves[0] & 0xffff_ffff_ffff_0fff | 0x8000
    let low = halves[1] & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
    let digits = [high, low].map { half in
      let text = String(half, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }.joined()
    let cuts = [0, 8, 12, 16, 20, 32]
    let characters = Array(digits)
    return zip(cuts, cuts.dropFirst()).map { String(characters[$0..<$1]) }.joined(separator: "-")
  }

  /// FNV-1a.
  private static func hash(_ text: String, from start: UInt64) -> UInt64 {
    text.utf8.reduce(start) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// The MAC address of its network card if the pool assigns none.
  var fallbackMAC: String {
    let digits = Array(uuid.suffix(6))
    return "52:54:00:"
      + stride(from: 0, to: 6, by: 2).map { String(digits[$0...($0 + 1)]) }.joined(separator: ":")
  }

  /// The name of its disk in the storage pool; volumes have no metadata, so the name is the mark.
  var volume: String { "\(name).d\(id).\(owner).qcow2" }
}

extension String {
  /// The text, escaped for XML attributes and text.
  var escaped: String {
    var result = ""
    for character in unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&apos;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
