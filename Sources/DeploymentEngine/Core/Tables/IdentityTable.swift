import DeploymentInterface
import SafeTexts

/// Numbers, names, MAC addresses and ports. An identity is held from before the first call until
/// the driver confirms the removal, and only once over all pools. A barred identity is not given
/// out, whether it is held or not.
struct IdentityTable: Sendable {
  private var heldNames = Set<String>()
  private var patterns: [NamePattern: NumberPool] = [:]
  private var patternOrder: [NamePattern] = []
  private var heldMACs = Set<MACAddress>()
  private var ranges: [MACRange: NumberPool] = [:]
  private var rangeOrder: [MACRange] = []
  private var heldPorts = Set<UInt16>()
  private var nextPort = Limits.ports.lowerBound
  /// Names that something that is not ours has, each until it may be tried again; oldest first.
  private var asideNames: [(name: String, until: Moment)] = []
  /// Names, addresses and ports of resources without a record, with how many resources have them.
  private var barredNames: [String: Int] = [:]
  private var barredMACs: [MACAddress: Int] = [:]
  private var barredPorts: [UInt16: Int] = [:]

  /// The next numbers to use.
  private(set) var counters: Counters
  private var areCountersDirty = false

  init(counters: Counters) { self.counters = counters }

  /// The number of a new deployment.
  mutating func nextDeployment() -> DeploymentID {
    defer { counters.deployment += 1 }
    areCountersDirty = true
    return DeploymentID(counters.deployment)
  }

  /// The number of a new pool.
  mutating func nextPool() -> PoolID {
    defer { counters.pool += 1 }
    areCountersDirty = true
    return PoolID(counters.pool)
  }

  /// A place in the order of users behind all others.
  mutating func nextPosition() -> Int64 {
    defer { counters.position += 1 }
    areCountersDirty = true
    return counters.position
  }

  /// The counters, if they changed since the last call.
  mutating func takeCounters() -> Counters? {
    guard areCountersDirty else { return nil }
    areCountersDirty = false
    return counters
  }

  /// Registers a name pattern.
  mutating func use(_ pattern: NamePattern) {
    guard patterns[pattern] == nil else { return }
    let held = (Array(heldNames) + barredNames.keys).compactMap { pattern.number(of: $0) }
    patterns[pattern] = NumberPool(capacity: pattern.capacity, held: held)
    patternOrder.append(pattern)
  }

  /// The number of free names of a pattern; an upper bound.
  func names(of pattern: NamePattern) -> Int { patterns[pattern]?.free ?? 0 }

  /// The lowest free name of a pattern that no pool holds.
  mutating func takeName(of pattern: NamePattern) -> String? {
    while let number = patterns[pattern]?.take() {
      let name = pattern.name(number)
      if barredNames[name] == nil, heldNames.insert(name).inserted { return name }
    }
    return nil
  }

  /// Something that is not ours has a name: it is not given again before this.
  mutating func setAside(_ name: String, until moment: Moment) {
    asideNames.removeAll { $0.name == name }
    asideNames.append((name, moment))
  }

  /// The names that something else has, as far as is known; of this pattern.
  func aside(of pattern: NamePattern) -> [String] {
    asideNames.map(\.name).filter { pattern.number(of: $0) != nil }
  }

  /// Offers again what was set aside long enough.
  ///
  /// - Returns: whether there was anything.
  @discardableResult
  mutating func offerSetAside(by moment: Moment) -> Bool {
    let before = asideNames.count
    while let first = asideNames.first, first.until <= moment {
      asideNames.removeFirst()
      offer(first.name)
    }
    return asideNames.count < before
  }

  /// Notes a range that addresses are taken from.
  mutating func use(_ range: MACRange) {
    guard ranges[range] == nil else { return }
    let size = range.last.number - range.first.number + 1
    ranges[range] = NumberPool(
      capacity: Int(size),
      held: (Array(heldMACs) + barredMACs.keys).compactMap { Self.offset($0, in: range) })
    rangeOrder.append(range)
  }

  /// Holds the identity of a stored deployment.
  mutating func hold(_ identity: Identity) {
    heldNames.insert(identity.name)
    if let mac = identity.mac { heldMACs.insert(mac) }
    if let port = identity.port { heldPorts.insert(port) }
  }

  /// Whether any part of an identity is held.
  func isHeld(_ identity: Identity) -> Bool {
    heldNames.contains(identity.name) || identity.mac.map(heldMACs.contains) ?? false
      || identity.port.map(heldPorts.contains) ?? false
  }

  /// Whether an address of this range is free.
  func hasMAC(in range: MACRange) -> Bool { (ranges[range]?.free ?? 0) > 0 }
  /// Whether a port is free.
  var hasPort: Bool { heldPorts.count + barredPorts.count < Limits.ports.count }

  /// The lowest free address of a range that no pool holds.
  mutating func takeMAC(in range: MACRange) -> MACAddress? {
    while let offset = ranges[range]?.take() {
      let mac = MACAddress(range.first.number + UInt64(offset))
      if barredMACs[mac] == nil, heldMACs.insert(mac).inserted { return mac }
    }
    return nil
  }

  /// A free port. It is the next one rather than the lowest: a port that a foreign process took, or
  /// that the system still remembers from its last holder, is not tried again at once.
  mutating func takePort() -> UInt16? {
    guard hasPort else { return nil }
    while true {
      let port = nextPort
      nextPort = port == Limits.ports.upperBound ? Limits.ports.lowerBound : port + 1
      if barredPorts[port] == nil, heldPorts.insert(port).inserted { return port }
    }
  }

  /// Gives a port back.
  mutating func giveBack(port: UInt16) { heldPorts.remove(port) }

  /// Gives back the identity of a deployment.
  mutating func giveBack(_ identity: Identity) {
    if heldNames.remove(identity.name) != nil { offer(identity.name) }
    if let port = identity.port { heldPorts.remove(port) }
    if let mac = identity.mac, heldMACs.remove(mac) != nil { offer(mac) }
  }

  /// Bars the identity of a resource without a record: it is not given out.
  mutating func bar(_ identity: Identity) {
    barredNames.countUp(identity.name)
    if let mac = identity.mac { barredMACs.countUp(mac) }
    if let port = identity.port { barredPorts.countUp(port) }
  }

  /// Ends a bar: the resource is gone, or has a record.
  mutating func unbar(_ identity: Identity) {
    if barredNames.countDown(identity.name) {
      // What had the name is known now, so there is nothing to wait for.
      asideNames.removeAll { $0.name == identity.name }
      offer(identity.name)
    }
    if let mac = identity.mac, barredMACs.countDown(mac) { offer(mac) }
    if let port = identity.port { barredPorts.countDown(port) }
  }

  /// Frees a name, unless another resource has it too.
  private mutating func offer(_ name: String) {
    guard !heldNames.contains(name), barredNames[name] == nil,
      !asideNames.contains(where: { $0.name == name })
    else { return }
    for pattern in patternOrder {
      if let number = pattern.number(of: name) { patterns[pattern]?.giveBack(number) }
    }
  }

  private mutating func offer(_ mac: MACAddress) {
    guard !heldMACs.contains(mac), barredMACs[mac] == nil else { return }
    for range in rangeOrder {
      if let offset = Self.offset(mac, in: range) { ranges[range]?.giveBack(offset) }
    }
  }

  private static func offset(_ mac: MACAddress, in range: MACRange) -> Int? {
    guard mac >= range.first, mac <= range.last else { return nil }
    return Int(mac.number - range.first.number)
  }
}

extension Dictionary where Value == Int {
  /// Increments a count.
  fileprivate mutating func countUp(_ key: Key) { self[key] = (self[key] ?? 0) + 1 }

  /// Decrements a count, and removes it at zero.
  ///
  /// - Returns: whether the count reached zero.
  @discardableResult
  fileprivate mutating func countDown(_ key: Key) -> Bool {
    guard let count = self[key] else { return false }
    self[key] = count > 1 ? count - 1 : nil
    return count == 1
  }
}

extension NamePattern {
  /// The number of names of the pattern.
  var capacity: Int { (0..<digits).reduce(1) { product, _ in product * 10 } }

  /// The name with this number.
  func name(_ number: Int) -> String {
    let text = String(number)
    return prefix + String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  /// The number of a name of this pattern; nil for any other name.
  func number(of name: String) -> Int? {
    guard name.hasPrefix(prefix) else { return nil }
    let rest = name.dropFirst(prefix.count)
    guard rest.count == digits, rest.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    return Int(rest)
  }
}
