/// The number of a deployment, assigned by the engine and never reused in one store.
public struct DeploymentID: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
  /// The number; at least 1.
  public let number: Int64

  /// The deployment with this number.
  public init(_ number: Int64) { self.number = number }

  /// Parses the displayed form: `d17`; nil for any other text.
  public init?(parsing text: some StringProtocol) {
    let digits = text.dropFirst()
    guard text.first == "d", digits.first != "+", let number = Int64(digits), number > 0 else {
      return nil
    }
    self.init(number)
  }

  /// Older before younger.
  public static func < (one: Self, other: Self) -> Bool { one.number < other.number }
  /// The displayed form: `d17`.
  public var description: String { "d\(number)" }
}

/// The number of a pool; assigned once, and kept in the store.
public struct PoolID: Hashable, Comparable, Codable, Sendable {
  /// The number; at least 1.
  public let number: Int32
  /// The pool with this number.
  public init(_ number: Int32) { self.number = number }
  /// Earlier before later.
  public static func < (one: Self, other: Self) -> Bool { one.number < other.number }
}

/// The number of a driver call; never reused within a run of the engine.
public struct CallID: Hashable, Sendable {
  /// The number; at least 1.
  public let number: UInt64
  /// The call with this number.
  public init(_ number: UInt64) { self.number = number }
}

/// Identifies a deployment's resource on the provider. Held from before the first call until the
/// driver confirms the removal.
public struct Identity: Hashable, Codable, Sendable {
  /// The pool's prefix and a number.
  public var name: String
  /// A MAC address of the pool's range, if the pool has one.
  public var mac: MACAddress?
  /// A TCP port on this machine, if the service uses ports.
  public var port: UInt16?

  /// An identity from its parts.
  public init(name: String, mac: MACAddress? = nil, port: UInt16? = nil) {
    self.name = name
    self.mac = mac
    self.port = port
  }
}

/// A MAC address as a 48-bit number.
public struct MACAddress: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
  /// 0 to 2⁴⁸ − 1.
  public let number: UInt64

  /// The address with this number; only its low 48 bits are used.
  public init(_ number: UInt64) { self.number = number & 0xffff_ffff_ffff }

  /// Whether it can be the address of one network card: not of a group, not of all, and not zero.
  package var isOfOneCard: Bool { number != 0 && number >> 40 & 1 == 0 }

  /// Parses `52:54:00:00:00:01`; nil for any other form.
  public init?(parsing text: some StringProtocol) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 6 else { return nil }
    var number: UInt64 = 0
    for part in parts {
      guard part.count == 2, part.first != "+", let byte = UInt8(part, radix: 16) else {
        return nil
      }
      number = number << 8 | UInt64(byte)
    }
    self.init(number)
  }

  /// Lower before higher.
  public static func < (one: Self, other: Self) -> Bool { one.number < other.number }

  /// The usual form: `52:54:00:00:00:01`.
  public var description: String {
    stride(from: 40, through: 0, by: -8).map { shift in
      let byte = String(UInt8(truncatingIfNeeded: number >> UInt64(shift)), radix: 16)
      return byte.count == 1 ? "0" + byte : byte
    }.joined(separator: ":")
  }
}
