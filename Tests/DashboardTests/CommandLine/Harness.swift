import Basics
import DeploymentInterface
import EngineRuntime
import Foundation

@testable import DashboardKit

/// Keeps what was written to it.
final class MemorySink: TextSink {
  private let content = Mutex("")
  let width: Int?

  init(width: Int? = nil) { self.width = width }

  func write(_ text: String) throws(SinkFailure) { content.withLock { $0 += text } }
  var isClosed: Bool { false }
  var text: String { content.withLock { $0 } }
}

/// A sink whose reader has gone.
struct ClosedSink: TextSink {
  var width: Int? { nil }
  var isClosed: Bool { true }
  func write(_ text: String) throws(SinkFailure) { throw .closed }
}

/// A sink on a disk without room.
struct FullSink: TextSink {
  var width: Int? { nil }
  var isClosed: Bool { false }
  func write(_ text: String) throws(SinkFailure) { throw SinkFailure(code: 28) }
}

/// What a run of the program left behind.
struct RunResult {
  let status: Int32
  let output: String
  let errors: String
}

/// Runs the program's real commands with memory for streams and a folder of its own for a home.
struct Harness {
  let folder: String
  var environment: [String: String]

  init() throws {
    folder = NSTemporaryDirectory() + "dashboard-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    environment = ["HOME": folder]
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  /// Writes a file into the folder and answers its path.
  func file(_ name: String, _ text: String) throws -> String {
    let path = folder + "/" + name
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  func run(_ arguments: String...) -> RunResult { run(arguments) }

  func run(_ arguments: [String]) -> RunResult {
    let output = MemorySink()
    let errors = MemorySink()
    let context = CommandContext(
      environment: environment, output: output, errors: errors, drivers: [SampleDriver()])
    let status = DashboardProgram.run(arguments, context)
    return RunResult(status: status, output: output.text, errors: errors.text)
  }
}
