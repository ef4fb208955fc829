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
    let order = padded(max(0, time.milliseconds), 9) + padded(number, 6)
    return "\(paths.name).\(order)-\(padded(UInt64.random(in: .min ... .max), 13))"
  }
}
