import Foundation
import TestSupport

/// The program under test.
enum Program {
  /// `$DASHBOARD_BINARY`, else the one that was built beside these tests.
  static let path: String = {
    if let given = ProcessInfo.processInfo.environment["DASHBOARD_BINARY"] { return given }
    let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return (tests as NSString).deletingLastPathComponent + "/dashboard"
  }()

  static let python =
    ["/usr/bin/python3", "/usr/local/bin/python3"]
    .first { FileManager.default.isExecutableFile(atPath: $0) } ?? "python3"

  /// The example of the documentation: a driver that is a program of somebody's own.
  static let example =
    "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    + "/examples/workspaces.py"
}

/// What one command answered.
struct Answer: CustomStringConvertible {
  let code: Int32
  let output: String
  let errors: String

  var description: String { "exit \(code)\n--- output\n\(output)\n--- errors\n\(errors)" }

  /// The document on standard output.
  func json<Document: Decodable>(_ type: Document.Type = Document.self) throws -> Document {
    do {
      return try JSONDecoder().decode(type, from: Data(output.utf8))
    } catch {
      throw TooLate(description: "not the JSON of \(type): \(error)\n\(self)")
    }
  }
}

/// A deployment as `dashboard deployments --json` shows it, as far as the tests look at it.
struct ShownDeployment: Decodable, Hashable {
  let id: String
  let name: String
  let uniqueId: String?
  let pool: String
  let placement: String
  let user: String?
  let state: String
  let osState: String?
  let operation: String?
  let cancelRequested: Bool?
  let inUse: Bool?
  let ip: String?
  let reasonOfError: String?
  let revision: Int

  /// Usable in both.
  var isReady: Bool { state == "usable" && osState == "usable" }
}

/// A pool as `dashboard pools --json` shows it, as far as the tests look at it.
struct ShownPool: Decodable, Hashable {
  struct Counts: Decodable, Hashable {
    let l1Ready: Int
    let l1Preparing: Int
    let l2Ready: Int
    let l2Preparing: Int
    let assigned: Int
    let removing: Int
    let error: Int
  }
  let name: String
  let state: String
  let counts: Counts
}

/// The answer to one act, as `--json` shows it.
struct ShownAct: Decodable, Hashable {
  let id: String?
  let outcome: String
  let reason: String?
  let deployment: ShownDeployment?
}
