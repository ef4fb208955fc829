/// The check of every address that a driver, an OS manager or an administrator gives.
package enum AddressText {
  /// How the sentence begins that refuses a driver's answer because of its address.
  package static let refusal = "the driver's answer is refused: its IP"

  /// Why a text is not an address that a user can connect to; nil if it is one.
  ///
  /// Allowed are an IP address, a host name, and either of them with a port: `192.0.2.1`,
  /// `192.0.2.1:22`, `2001:db8::1`, `[2001:db8::1]:22`, `pc-1.example`, `pc-1.example:3389`.
  package static func problem(_ text: String) -> String? {
    guard let host = host(of: text) else {
      let shown = text.count > 80 ? text.prefix(79) + "…" : text
      return "`\(shown)` is not an address: an IP, a host name or `address:port`"
    }
    return isOfOneMachine(host) ? nil : "`\(text)` is not the address of one machine"
  }

  /// Whether a text is an IP address or a host name, without a port.
  package static func isHost(_ text: String) -> Bool {
    (isName(text) || isNumeric(text)) && isOfOneMachine(text)
  }

  /// Whether a text is an IP address.
  package static func isNumeric(_ text: String) -> Bool { ipv4(text) != nil || ipv6(text) != nil }

  /// The same text for all ways to write one host; the loopback interface is `localhost`.
  package static func canonical(_ host: String) -> String {
    // The engine asks for each address of each deployment, and most are of this form.
    if host.utf8.allSatisfy({ $0 == UInt8(ascii: ".") || isDigit($0) }), host.last != "." {
      return host == "127.0.0.1" ? "localhost" : host
    }
    let lower = host.lowercased()
    let name = lower.hasSuffix(".") ? String(lower.dropLast()) : lower
    if let number = ipv4(name) { return number == loopback ? "localhost" : name }
    guard let groups = ipv6(name) else { return name }
    if groups == [0, 0, 0, 0, 0, 0, 0, 1] { return "localhost" }
    if groups.prefix(6) == [0, 0, 0, 0, 0, 0xffff] {
      let number = UInt32(groups[6]) << 16 | UInt32(groups[7])
      return canonical((0..<4).map { "\(number >> (24 - 8 * $0) & 0xff)" }.joined(separator: "."))
    }
    let zone = name.firstIndex(of: "%").map { name[$0...] } ?? ""
    return groups.map { String($0, radix: 16) }.joined(separator: ":") + zone
  }

  private static let loopback: UInt32 = 0x7f00_0001

  /// The host of an address; nil if it is not an address.
  private static func host(of text: String) -> String? {
    if isName(text) || isNumeric(text) { return text }
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      let host = String(text[text.index(after: text.startIndex)..<end])
      let rest = text[text.index(after: end)...]
      guard ipv6(host) != nil else { return nil }
      return rest.isEmpty || rest.first == ":" && isPort(rest.dropFirst()) ? host : nil
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, isPort(parts[1]) else { return nil }
    let host = String(parts[0])
    return isName(host) || ipv4(host) != nil ? host : nil
  }

  /// Not the unspecified address, and not one of a group of machines.
  private static func isOfOneMachine(_ host: String) -> Bool {
    if let number = ipv4(host) { return number >> 24 != 0 && number >> 28 < 14 }
    guard let groups = ipv6(host) else { return true }
    return groups.contains { $0 != 0 } && groups[0] >> 8 != 0xff
  }

  private static func isPort(_ text: Substring) -> Bool {
    isDecimal(text, most: 5) && UInt16(text).map { $0 > 0 } ?? false
  }

  private static func isDecimal(_ text: Substring, most: Int) -> Bool {
    !text.isEmpty && text.utf8.count <= most
      && text.utf8.allSatisfy(isDigit)
  }

  private static func isName(_ text: String) -> Bool {
    let name = text.hasSuffix(".") ? text.dropLast() : Substring(text)
    guard (1...253).contains(name.utf8.count) else { return false }
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    // A name that ends in a number would be taken for an IP address.
    guard let last = labels.last, !isDecimal(last, most: 63) else { return false }
    return labels.allSatisfy { label in
      (1...63).contains(label.utf8.count) && label.utf8.first != UInt8(ascii: "-")
        && label.utf8.last != UInt8(ascii: "-")
        && label.utf8.allSatisfy { isLetterOrDigit($0) || "-_".utf8.contains($0) }
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  private static func ipv4(_ text: some StringProtocol) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var number: UInt32 = 0
    for part in parts {
      // Some programs read a leading zero as octal.
      guard isDecimal(Substring(part), most: 3), part.count == 1 || part.first != "0",
        let byte = UInt8(part)
      else { return nil }
      number = number << 8 | UInt32(byte)
    }
    return number
  }

  /// The eight groups of an IPv6 address, with or without a zone.
  private static func ipv6(_ text: String) -> [UInt16]? {
    var address = Substring(text)
    if let percent = address.firstIndex(of: "%") {
      let zone = address[address.index(after: percent)...]
      guard !zone.isEmpty, zone.utf8.allSatisfy({ isLetterOrDigit($0) || "-_.".utf8.contains($0) })
      else { return nil }
      address = address[..<percent]
    }
    guard let gap = gap(in: address) else {
      return groups(address).flatMap { $0.count == 8 ? $0 : nil }
    }
    guard let head = groups(address[..<gap.lowerBound]),
      let tail = groups(address[gap.upperBound...]),
      head.count + tail.count < 8
    else { return nil }
    return head + [UInt16](repeating: 0, count: 8 - head.count - tail.count) + tail
  }

  /// Where `::` stands.
  private static func gap(in address: Substring) -> Range<Substring.Index>? {
    guard let first = address.indices.first(where: { address[$0...].hasPrefix("::") }) else {
      return nil
    }
    return first..<address.index(first, offsetBy: 2)
  }

  private static func groups(_ text: Substring) -> [UInt16]? {
    if text.isEmpty { return [] }
    var groups: [UInt16] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, let number = ipv4(part) {
        groups += [UInt16(number >> 16), UInt16(number & 0xffff)]
      } else if (1...4).contains(part.utf8.count), part.first != "+", part.first != "-",
        let group = UInt16(part, radix: 16)
      {
        groups.append(group)
      } else {
        return nil
      }
    }
    return groups
  }
}
