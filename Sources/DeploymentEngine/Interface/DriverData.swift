import SafeTexts

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a driver's value is stored as: one byte with the value's own version, then JSON with sorted
/// keys.
///
/// JSON, because it is the driver's part of the store that a person reads when something went
/// wrong; sorted, so that a value that did not change is the same bytes.
enum DriverData {
  /// The value's bytes; nil when it cannot be encoded.
  static func encode(_ value: some Encodable, version: UInt8) -> [UInt8]? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let json = try? encoder.encode(value) else { return nil }
    return [version] + json
  }

  /// The value in these bytes.
  ///
  /// - Parameter migrated: makes JSON of the newest version from JSON of an older one; nil: it
  ///   cannot.
  static func decode<Value: Decodable>(
    _ type: Value.Type, from data: [UInt8], version: UInt8,
    migrated: (_ json: [UInt8], _ version: UInt8) -> [UInt8]?
  ) throws(DeploymentFailure) -> Value {
    guard let stored = data.first else { throw unreadable("it is empty") }
    var json = Array(data.dropFirst())
    if stored != version {
      guard let newest = migrated(json, stored) else {
        throw unreadable("it has version \(stored), and this driver reads version \(version)")
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
    .init(.permanent, SafeText("what the driver stored cannot be read: \(why)"))
  }
}
