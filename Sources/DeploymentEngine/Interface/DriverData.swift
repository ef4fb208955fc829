import SafeTexts

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The stored form of a driver's value: one byte with the value's own version, then JSON with
/// sorted keys.
///
/// JSON, because administrators read this part of the store when something goes wrong; sorted, so
/// that an unchanged value has the same bytes.
enum DriverData {
  /// The value's bytes; nil if it cannot be encoded.
  static func encode(_ value: some Encodable, version: UInt8) -> [UInt8]? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let json = try? encoder.encode(value) else { return nil }
    return [version] + json
  }

  /// The value in these bytes.
  ///
  /// - Parameter migrated: converts JSON of an older version to the newest one; returns nil if it
  ///   cannot.
  static func decode<Value: Decodable>(
    _ type: Value.Type, from data: [UInt8], version: UInt8,
    migrated: (_ json: [UInt8], _ version: UInt8) -> [UInt8]?
  ) throws(DeploymentFailure) -> Value {
    guard let stored = data.first else { throw unreadable("it is empty") }
    var json = Array(data.dropFirst())
    if stored != version {
      guard let newest = migrated(json, stored) else {
        throw unreadable("it has version \(stored), but this driver reads version \(version)")
      }
      json = newest
    }
    do {
      return try JSONDecoder().decode(type, from: Data(json))
    } catch {
      throw unreadable("it is damaged")
    }
  }

  private static func unreadable(_ why: String) -> DeploymentFailure {
    .init(.permanent, SafeText("cannot read the driver's data: \(why)"))
  }
}
