import DeploymentEngine
import DeploymentInterface

/// The policies of a pool: names, addresses, restraint, deadlines.
extension PoolReader {
  /// Reads the pattern of deployment names; by default it is made from the pool's name.
  func names(of pool: String, _ fields: inout Fields) -> NamePattern {
    guard var child = fields.nested("names") else {
      return Self.pattern(prefix: nil, digits: 3, pool: pool)
    }
    let digits = child.integer("digits", in: 1...9) ?? 3
    let prefix = child.text("prefix")
    if let prefix { checkPrefix(prefix, digits, &child) }
    child.finish()
    fields.report(child.problems)
    return Self.pattern(prefix: prefix, digits: digits, pool: pool)
  }

  private func checkPrefix(_ prefix: String, _ digits: Int, _ child: inout Fields) {
    let length = prefix.utf8.count + digits
    if !prefix.utf8.allSatisfy(Self.isNameByte) {
      child.report(
        "prefix", "`prefix: \(prefix)` may contain only letters, digits, `-`, `_` and `.`")
    } else if let number = prefix.lowercased().dropPrefix("d"), number.allSatisfy(\.isNumber) {
      let first = prefix + String(repeating: "0", count: digits - 1) + "1"
      child.report(
        "prefix",
        "`prefix: \(prefix)` makes names such as `\(first)`, which are ids of deployments; "
          + "write another one, such as `\(prefix)-`")
    } else if length > Limits.nameLength {
      child.report(
        "prefix",
        "`prefix: \(prefix)` and \(digits) digits make \(length) characters; "
          + "the maximum is \(Limits.nameLength)")
    }
  }

  /// The default prefix is the pool's name, cut to leave space for the digits.
  private static func pattern(prefix: String?, digits: Int, pool: String) -> NamePattern {
    if let prefix { return NamePattern(prefix: prefix, digits: digits) }
    let letters = pool.utf8.filter(isNameByte).prefix(Limits.nameLength - digits - 1)
    let name = letters.isEmpty ? "pool" : String(decoding: Array(letters), as: UTF8.self)
    return NamePattern(prefix: name + "-", digits: digits)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }

  /// Reads the MAC addresses of the pool's deployments.
  func macs(_ fields: inout Fields) -> MACRange? {
    guard let text = fields.text("macs") else { return nil }
    let example = "write, for example, 52:54:00:00:00:00-52:54:00:00:ff:ff"
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map {
      MACAddress(parsing: $0.drop { $0 == " " }.prefix { $0 != " " })
    }
    guard ends.count == 2, let first = ends[0], let last = ends[1] else {
      fields.report("macs", "`macs: \(text)` is not a range of addresses; \(example)")
      return nil
    }
    let octets = UInt64(min(first, last).number >> 40)...UInt64(max(first, last).number >> 40)
    if !first.isOfOneCard || !last.isOfOneCard || octets.count > 1 {
      fields.report(
        "macs",
        "`macs: \(text)` contains addresses that no single card can have (both must begin "
          + "with the same even pair); \(example)")
      return nil
    }
    if let range = MACRange(first: first, last: last) { return range }
    fields.report("macs", "`macs` goes from \(first) down to \(last); write the lower one first")
    return nil
  }

  /// Reads when the pool stops creating.
  func restraint(_ fields: inout Fields) -> RestraintRule {
    var rule = RestraintRule()
    guard var child = fields.nested("restrain") else { return rule }
    rule.count = child.integer("count", in: 0...1000) ?? rule.count
    rule.within = child.duration("within", allowsZero: false) ?? rule.within
    child.finish()
    fields.report(child.problems)
    return rule
  }

  /// Reads what the pool does for its users, and with what fails.
  func readCare(of pool: inout PoolConfiguration, _ fields: inout Fields) {
    pool.logoutGrace = fields.duration("logoutGrace") ?? pool.logoutGrace
    pool.onFailure = fields.choice("onFailure")
    pool.users = users(&fields)
    pool.sharedAddress = fields.bool("sharedAddress") ?? pool.sharedAddress
    pool.patience = fields.switchableDuration("patience", allowsZero: false) ?? nil
    pool.keepErrors = fields.integer("keepErrors", in: 0...1000) ?? pool.keepErrors
    pool.onRemoved = fields.choice("onRemoved", default: pool.onRemoved)
    pool.stuckAfter = fields.duration("stuckAfter", allowsZero: false) ?? pool.stuckAfter
  }

  /// Reads how the pool tells users apart.
  private func users(_ fields: inout Fields) -> UserNames {
    var users = UserNames()
    guard var child = fields.nested("users") else { return users }
    users.case = child.choice("case", default: users.case)
    users.domain = child.choice("domain", default: users.domain)
    child.finish()
    fields.report(child.problems)
    return users
  }

  /// Reads the pool's deadlines.
  func deadlines(_ fields: inout Fields) -> PoolDeadlines {
    var deadlines = PoolDeadlines()
    guard var child = fields.nested("deadlines") else { return deadlines }
    deadlines.call = child.duration("call", allowsZero: false) ?? deadlines.call
    deadlines.preparing = child.duration("preparing", allowsZero: false) ?? deadlines.preparing
    deadlines.osReady = child.duration("osReady", allowsZero: false) ?? deadlines.osReady
    deadlines.removing = child.duration("removing", allowsZero: false) ?? deadlines.removing
    child.finish()
    fields.report(child.problems)
    return deadlines
  }
}

extension String {
  /// The rest after a prefix; nil if the text does not begin with it.
  fileprivate func dropPrefix(_ prefix: String) -> Substring? {
    hasPrefix(prefix) ? dropFirst(prefix.count) : nil
  }
}
