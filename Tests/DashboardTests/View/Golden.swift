import Foundation
import Testing

/// Screens that are kept as text files, so that a change shows as a difference of pictures.
enum Golden {
  /// Compares a screen with the file of its name. `make golden` (RECORD_SCREENS=1) writes the file
  /// instead.
  static func expect(_ screen: String, _ name: String, at location: SourceLocation) {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Golden/\(name).txt")
    if ProcessInfo.processInfo.environment["RECORD_SCREENS"] != nil {
      #expect(throws: Never.self, sourceLocation: location) {
        try (screen + "\n").write(to: file, atomically: true, encoding: .utf8)
      }
      return
    }
    let kept = try? String(contentsOf: file, encoding: .utf8)
    #expect(
      screen + "\n" == kept, "\(name): look at it, then `make golden`", sourceLocation: location)
  }
}
