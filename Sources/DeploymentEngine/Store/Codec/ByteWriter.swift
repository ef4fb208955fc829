import SafeTexts

/// Writes a record's fields one after another: numbers in as few bytes as they need, texts and
/// bytes with their length before them.
package struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  package init(version: UInt8) {
    bytes.reserveCapacity(320)
    bytes.append(version)
  }

  mutating func write(byte: UInt8) { bytes.append(byte) }

  mutating func write(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

  mutating func write(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Small numbers of either sign need few bytes.
  mutating func write(_ number: Int64) {
    write(UInt64(bitPattern: (number << 1) ^ (number >> 63)))
  }

  mutating func write(_ number: Int) { write(Int64(number)) }

  mutating func write(_ data: [UInt8]) {
    write(UInt64(data.count))
    bytes.append(contentsOf: data)
  }

  mutating func write(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      write(UInt64(utf8.count))
      bytes.append(contentsOf: utf8)
    }
  }

  mutating func write(_ text: SafeText) { write(text.text) }

  /// A byte before the value says whether it exists.
  mutating func write<Value>(
    optional value: Value?, _ writeValue: (inout ByteWriter, Value) -> Void
  ) {
    write(value != nil)
    if let value { writeValue(&self, value) }
  }

  mutating func write(optional text: SafeText?) { write(optional: text) { $0.write($1) } }

  mutating func write(optional number: Int?) { write(optional: number) { $0.write($1) } }

  mutating func write<Element>(
    list: [Element], _ writeElement: (inout ByteWriter, Element) -> Void
  ) {
    write(UInt64(list.count))
    for element in list { writeElement(&self, element) }
  }

  /// The record: the bytes that were written, followed by their checksum.
  package consuming func closed() -> [UInt8] {
    let sum = RecordChecksum.of(bytes[...])
    for shift in stride(from: 0, to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: sum >> UInt32(shift)))
    }
    return bytes
  }
}
