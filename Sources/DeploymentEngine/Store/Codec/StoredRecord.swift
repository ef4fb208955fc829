package import DeploymentInterface

/// A value that is stored as one compact record: a version byte, its fields, a checksum.
///
/// Deadlines are on the monotonic clock of one run, so they are stored as wall time with their
/// length. Both directions therefore need the current time.
package protocol StoredRecord {
  /// The version that is written. Older versions can be read, newer ones cannot.
  static var recordVersion: UInt8 { get }
  /// Writes the fields.
  func write(to writer: inout ByteWriter, at now: EngineTime)
  /// Reads the fields.
  init(from reader: inout ByteReader, at now: EngineTime) throws(UnreadableRecord)
}

extension StoredRecord {
  static var recordVersion: UInt8 { 1 }

  /// The bytes of the record.
  package func encoded(at now: EngineTime) -> [UInt8] {
    var writer = ByteWriter(version: Self.recordVersion)
    write(to: &writer, at: now)
    return writer.closed()
  }

  /// Decodes the bytes of a record.
  init(decoding bytes: [UInt8], at now: EngineTime) throws(UnreadableRecord) {
    var reader = try ByteReader(bytes)
    guard reader.version >= 1, reader.version <= Self.recordVersion else {
      throw UnreadableRecord(why: "this program does not support its version \(reader.version)")
    }
    try self.init(from: &reader, at: now)
    try reader.close()
  }
}
