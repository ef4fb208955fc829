import SafeTexts

/// The reason why a record cannot be read.
package struct UnreadableRecord: Error, Hashable, Sendable {
  let why: String
}

/// Reads the fields that `ByteWriter` wrote. Any bytes give either a value or an
/// `UnreadableRecord`.
package struct ByteReader: ~Copyable {
  private let bytes: [UInt8]
  private let end: Int
  private var position = 0
  /// The version of the record.
  let version: UInt8

  /// Checks the record's length and checksum.
  init(_ bytes: [UInt8]) throws(UnreadableRecord) {
    guard bytes.count > RecordChecksum.size else { throw UnreadableRecord(why: "it is too short") }
    let end = bytes.count - RecordChecksum.size
    var sum: UInt32 = 0
    for byte in bytes[end...].reversed() { sum = sum << 8 | UInt32(byte) }
    guard sum == RecordChecksum.of(bytes[..<end]) else {
      throw UnreadableRecord(why: "its checksum is wrong")
    }
    self.bytes = bytes
    self.end = end
    self.version = bytes[0]
    self.position = 1
  }

  /// Checks that every byte was read.
  consuming func close() throws(UnreadableRecord) {
    if position != end { throw UnreadableRecord(why: "it is too long") }
  }

  mutating func byte() throws(UnreadableRecord) -> UInt8 {
    guard position < end else { throw UnreadableRecord(why: "it ends too early") }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func bool() throws(UnreadableRecord) -> Bool {
    switch try byte() {
    case 0: return false
    case 1: return true
    case let other: throw UnreadableRecord(why: "\(other) is not a Boolean")
    }
  }

  mutating func unsigned() throws(UnreadableRecord) -> UInt64 {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      let next = try byte()
      number |= UInt64(next & 0x7f) << shift
      if next < 0x80 { return number }
    }
    throw UnreadableRecord(why: "a number in it is too long")
  }

  mutating func signed() throws(UnreadableRecord) -> Int64 {
    let raw = try unsigned()
    return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
  }

  mutating func integer<Number: FixedWidthInteger>(
    _ type: Number.Type = Int.self
  ) throws(UnreadableRecord) -> Number {
    let wide = try signed()
    guard let number = Number(exactly: wide) else {
      throw UnreadableRecord(why: "\(wide) is out of range")
    }
    return number
  }

  mutating func data() throws(UnreadableRecord) -> [UInt8] { Array(try slice()) }

  mutating func string() throws(UnreadableRecord) -> String {
    guard let text = String(validating: try slice(), as: UTF8.self) else {
      throw UnreadableRecord(why: "a text in it is not UTF-8")
    }
    return text
  }

  mutating func text() throws(UnreadableRecord) -> SafeText { SafeText(try string()) }

  mutating func optional<Value>(
    _ read: (inout ByteReader) throws(UnreadableRecord) -> Value
  ) throws(UnreadableRecord) -> Value? {
    try bool() ? try read(&self) : nil
  }

  mutating func optionalText() throws(UnreadableRecord) -> SafeText? {
    try bool() ? try text() : nil
  }

  mutating func optionalInteger() throws(UnreadableRecord) -> Int? {
    try bool() ? try integer() : nil
  }

  mutating func list<Element>(
    _ read: (inout ByteReader) throws(UnreadableRecord) -> Element
  ) throws(UnreadableRecord) -> [Element] {
    let count = try unsigned()
    // Each element has at least one byte, so a false count cannot make it reserve much.
    guard count <= UInt64(end - position) else {
      throw UnreadableRecord(why: "a list in it ends too early")
    }
    var elements: [Element] = []
    elements.reserveCapacity(Int(count))
    for _ in 0..<count { elements.append(try read(&self)) }
    return elements
  }

  private mutating func slice() throws(UnreadableRecord) -> ArraySlice<UInt8> {
    let count = try unsigned()
    guard count <= UInt64(end - position) else {
      throw UnreadableRecord(why: "a text in it ends too early")
    }
    defer { position += Int(count) }
    return bytes[position..<position + Int(count)]
  }
}
