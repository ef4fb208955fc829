import DeploymentInterface
import Glibc
import Posix

/// The mark on a process that shows which engine started it, and for which deployment.
///
/// It is in the initial environment of a process, which its children inherit. Programs that show
/// their activity in place of their command line (nginx, PostgreSQL) overwrite that, so the mark is
/// also the name of the empty file that is their standard input.
struct OwnershipTag: Hashable, Sendable {
  static let ownerVariable = "DASHBOARD_OWNER"
  static let deploymentVariable = "DASHBOARD_DEPLOYMENT"
  static let uniqueIDVariable = "DASHBOARD_UNIQUE_ID"

  /// The engine's mark: random, kept in its store.
  let owner: String
  /// The deployment's number and name: `d7/lab-007`.
  let deployment: String

  init(owner: String, deployment: String) {
    self.owner = owner
    self.deployment = deployment
  }

  init(owner: String, id: Int64, name: String) {
    self.init(owner: owner, deployment: "d\(id)/\(name)")
  }

  /// The deployment's number; nil if the mark is not valid.
  var id: DeploymentID? { DeploymentID(parsing: deployment.prefix { $0 != "/" }) }
  /// The deployment's name.
  var name: String { String(deployment.drop { $0 != "/" }.dropFirst()) }

  /// The mark of a process; nil if it has none that can be read.
  static func find(at pid: Int32) throws(DeploymentFailure) -> OwnershipTag? {
    try readingProc(try Proc.environment(pid)).flatMap(Self.init(environment:))
      ?? Proc.descriptor("0", of: pid).flatMap(Self.init(fileName:))
  }

  init?(environment: [UInt8]) {
    guard let owner = Self.value(of: Self.ownerVariable, in: environment),
      let deployment = Self.value(of: Self.deploymentVariable, in: environment)
    else { return nil }
    self.init(owner: owner, deployment: deployment)
  }

  init?(fileName: String) {
    let start = "/memfd:dashboard:"
    let end = " (deleted)"
    guard fileName.hasPrefix(start) else { return nil }
    var text = fileName.dropFirst(start.count)
    if text.hasSuffix(end) { text = text.dropLast(end.count) }
    guard let colon = text.lastIndex(of: ":") else { return nil }
    self.init(
      owner: String(text[..<colon]), deployment: String(text[text.index(after: colon)...]))
  }

  /// Opens an empty file with the mark as its name, for the standard input. Returns nil if the
  /// system has no memfds, or the mark is too long for a name.
  func openFile() -> Int32? {
    let name = "dashboard:\(owner):\(deployment)"
    guard name.utf8.count <= 200, let file = try? MemoryFile(name) else { return nil }
    let readable = withExtendedLifetime(file) {
      open("/proc/self/fd/\(file.descriptor)", O_RDONLY | O_CLOEXEC)
    }
    return readable < 0 ? nil : readable
  }

  private static func value(of variable: String, in environment: [UInt8]) -> String? {
    let start = "\(variable)="
    let length = start.utf8.count
    // Uses the C library for speed: this runs for every process of the machine.
    return (environment + [0]).withUnsafeBytes { bytes in
      guard var entry = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return nil }
      let end = entry + bytes.count
      while entry < end {
        if strncmp(entry, start, length) == 0 { return String(cString: entry + length) }
        entry += strlen(entry) + 1
      }
      return nil
    }
  }
}
