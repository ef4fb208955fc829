/// A checksum that detects changed bytes in a record; SQLite's own checks find only torn pages.
package enum RecordChecksum {
  /// Size in bytes; the checksum is at the end of a record.
  package static let size = 4

  package static func of(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBytes { raw in
      var hash = UInt64(raw.count) &* multiplier
      var offset = 0
      while offset + 8 <= raw.count {
        let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        hash = mix(hash, word)
        offset += 8
      }
      var rest: UInt64 = 0
      while offset < raw.count {
        rest = rest << 8 | UInt64(raw[offset])
        offset += 1
      }
      hash = mix(hash, rest)
      return UInt32(truncatingIfNeeded: hash ^ hash >> 32)
    }
  }

  private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

  private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ word) &* multiplier
    return product ^ product >> 29
  }
}
