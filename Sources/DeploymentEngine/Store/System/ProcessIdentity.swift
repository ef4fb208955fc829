import Glibc

/// A process as another one can find it again: a pid alone may be somebody else's by then.
package struct ProcessIdentity: Hashable, Sendable {
  package var pid: Int32
  /// Clock ticks from the machine's start to the process's.
  var startTime: UInt64
  /// The machine's name, for a person.
  package var host: String
  /// The machine's run and the world of its pids: where it is the same, the pid means the same
  /// process.
  var machine: String

  /// This process.
  package static let current = ProcessIdentity(
    pid: getpid(), startTime: startTime(of: getpid()) ?? 0, host: hostName(),
    machine: machineIdentity())

  /// Whether the process is there; nil: it is of another machine, so that cannot be known.
  var isAlive: Bool? {
    guard machine == Self.current.machine else { return nil }
    return Self.startTime(of: pid) == startTime
  }

  /// When a process started; nil: there is none. A zombie is gone, too.
  static func startTime(of pid: Int32) -> UInt64? {
    guard let stat = readSmallFile("/proc/\(pid)/stat"),
      // The name, in parentheses, may hold anything, parentheses included.
      let name = stat.lastIndex(of: ")")
    else { return nil }
    let fields = stat[stat.index(after: name)...].split(separator: " ")
    guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
    return UInt64(fields[19])
  }

  private static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
    let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes.prefix(64), as: UTF8.self).filter { !$0.isWhitespace }
  }

  private static func machineIdentity() -> String {
    let boot = readSmallFile("/proc/sys/kernel/random/boot_id")?.filter { !$0.isWhitespace }
    var link = [CChar](repeating: 0, count: 128)
    let length = readlink("/proc/self/ns/pid", &link, link.count - 1)
    let space = link.prefix(max(0, length)).map { UInt8(bitPattern: $0) }
    return "\(boot ?? "unknown")/\(String(decoding: space, as: UTF8.self))"
  }

  private static func readSmallFile(_ path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(file, &bytes, bytes.count)
    guard count > 0 else { return nil }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
