package import DeploymentInterface

/// A value that is stored as one compact record: a version byte, its fields, a checksum.
///
/// Due times lie on the monotonic clock of one run, so they are stored as wall time with their
/// length; both directions therefore need to know what time it is.
package protocol StoredRecord {
  /// The version that is written. Older ones can be read; a newer one cannot.
  static var recordVersion: UInt8 { get }
  /// Writes the fields.
  func write(to writer: inout ByteWriter, at now: EngineTime)
  /// Reads the fields.
  init(from reader: inout ByteReader, at now: EngineTime) throws(UnreadableRecord)
}

extension StoredRecord {
  static var recordVersion: UInt8 { 1 }

  /// The record's bytes.
  package func encoded(at now: EngineTime) -> [UInt8] {
    var writer = ByteWriter(version: Self.recordVersion)
    write(to: &writer, at: now)
    return writer.closed()
  }

  /// The value of a record.
  init(decoding bytes: [UInt8], at now: EngineTime) throws(UnreadableRecord) {
    var reader = try ByteReader(bytes)
    guard reader.version >= 1, reader.version <= Self.recordVersion else {
      throw UnreadableRecord(why: "this program does not support its version \(reader.version)")
    }
    try self.init(from: &reader, at: now)
    try reader.close()
  }
}
