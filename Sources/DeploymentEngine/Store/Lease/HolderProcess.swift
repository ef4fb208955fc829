import Glibc
package import Posix

/// The process that holds a lease, in a form that other machines can read, too.
package struct HolderProcess: Hashable, Sendable {
  package var process: ProcessIdentity
  /// Its PID namespace; nil: unknown.
  package var pidNamespace: String?
  /// The machine's name, for messages.
  package var host: String
  /// The name of its user, for messages; empty: unknown.
  package var user = ""

  /// This process.
  package static let current = HolderProcess(
    process: .current, pidNamespace: Proc.namespace("pid"), host: hostName(),
    user: UserName.of(geteuid()))

  /// The machine and the user, for messages.
  package var place: String { user.isEmpty ? host : "\(host) (user \(user))" }

  /// The boot id of the machine and the PID namespace. While both are the same, a process id names
  /// the same process.
  package var machine: String {
    get { process.bootID + (pidNamespace.map { "/\($0)" } ?? "") }
    set {
      let parts = newValue.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      process.bootID = String(parts[0])
      pidNamespace = parts.count > 1 ? String(parts[1]) : nil
    }
  }

  /// Whether the process runs; nil: unknown, because it belongs to another machine.
  package var isAlive: Bool? {
    machine == Self.current.machine ? process.isAlive : nil
  }

  /// Whether the process has ended. False if that cannot be known: it belongs to another PID
  /// namespace, or is hidden from this user.
  package var hasEnded: Bool {
    let here = Self.current
    // Another boot is an earlier one: a store's log is shared memory, so its processes have one
    // kernel.
    let isElsewhere = process.bootID == here.process.bootID && pidNamespace != here.pidNamespace
    return !isElsewhere && process.hasEnded
  }

  private static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
    let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes.prefix(64), as: UTF8.self).filter { !$0.isWhitespace }
  }
}
