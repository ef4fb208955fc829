import DeploymentEngine
import DeploymentInterface

/// The contents of a file in the drop box.
struct DroppedRequest: Codable, Sendable {
  var request: Request
  /// Nobody waits for the answer after this.
  var expiresAt: Timestamp

  /// Names the files of one process in the order in which it made them.
  static func fileName(_ number: UInt64, at time: Timestamp, _ paths: StorePaths) -> String {
    func padded(_ value: some BinaryInteger, _ length: Int) -> String {
      let text = String(value, radix: 36)
      return String(repeating: "0", count: max(0, length - text.count)) + text
    }
    // 15 characters for the order, and 13 that nobody can guess; see `isName`.
    let order = padded(max(0, time.milliseconds), 9) + padded(number, 6)
    return "\(paths.name).\(order)-\(padded(UInt64.random(in: .min ... .max), 13))"
  }

  /// Whether a file has such a name. Another store in the folder may have a name that begins like
  /// this one's.
  static func isName(_ name: Substring, _ paths: StorePaths) -> Bool {
    let prefix = paths.name + "."
    guard name.hasPrefix(prefix) else { return false }
    let parts = name.dropFirst(prefix.count).split(separator: "-", omittingEmptySubsequences: false)
    return parts.map(\.count) == [15, 13] && parts.allSatisfy { $0.allSatisfy(\.isASCII) }
  }
}
