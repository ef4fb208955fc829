import DeploymentInterface
import Glibc
import SafeTexts

/// One line of `/proc/PID/stat`, as far as it matters here.
struct ProcessStat: Hashable, Sendable, CustomStringConvertible {
  let pid: Int32
  let state: UInt8
  let parent: Int32
  let group: Int32
  let session: Int32
  let threads: Int32
  /// Clock ticks since the start of the machine; with the pid it names one process of one boot.
  let startTime: UInt64

  /// Stopped by a signal, or held by a debugger: it does not run.
  var isFrozen: Bool { state == UInt8(ascii: "T") || state == UInt8(ascii: "t") }
  /// It has ended, whether or not its parent has looked. (A first thread that ended before the
  /// others shows as a zombie too, in a process that lives.)
  var isGone: Bool {
    state == UInt8(ascii: "X") || state == UInt8(ascii: "Z") && threads <= 1
  }

  var description: String { "process \(pid)" }

  /// Reads `4711 (a name) S 1 4711 4711 …`; the name may hold anything, parentheses included.
  init?(pid: Int32, line: UnsafePointer<CChar>) {
    // Through the C library: this is done for every process of the machine, and cutting the line
    // into pieces costs more than reading it.
    guard let name = strrchr(line, 0x29), name[1] == 0x20, name[2] != 0 else { return nil }
    var next = name + 3
    var fields = [Int](repeating: 0, count: 20)
    for index in 1...19 {
      var end: UnsafeMutablePointer<CChar>?
      fields[index] = strtol(next, &end, 10)
      guard let end, end > next else { return nil }
      next = end
    }
    self.pid = pid
    self.state = UInt8(bitPattern: name[2])
    self.parent = Int32(truncatingIfNeeded: fields[1])
    self.group = Int32(truncatingIfNeeded: fields[2])
    self.session = Int32(truncatingIfNeeded: fields[3])
    self.threads = Int32(truncatingIfNeeded: fields[17])
    self.startTime = UInt64(bitPattern: Int64(fields[19]))
  }
}

/// What the kernel says about processes.
///
/// What is not there, or hidden from us, is nil. Where we could not look at all (no descriptor
/// left, no memory), that is a failure that passes: who takes it for an absence forgets what runs.
enum Proc {
  /// Changes at each start of the machine.
  static func bootID() throws(DeploymentFailure) -> String {
    if let known = boot.withLock({ $0 }) { return known }
    let bytes = try read("/proc/sys/kernel/random/boot_id", limit: 64) ?? []
    let read = String(decoding: bytes.filter { $0 > 0x20 }, as: UTF8.self)
    if !read.isEmpty { boot.withLock { $0 = read } }
    return read
  }
  private static let boot = Mutex<String?>(nil)

  /// One process; nil: there is none.
  static func stat(_ pid: Int32) throws(DeploymentFailure) -> ProcessStat? {
    guard pid > 0 else { return nil }
    return try withFile("/proc/\(pid)/stat") { file in
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { buffer in
        guard let line = buffer.baseAddress else { return .failure(ENOMEM) }
        let length = Glibc.read(file, line, buffer.count - 1)
        guard length > 0 else { return length < 0 ? .failure(errno) : .absent }
        line[length] = 0
        return ProcessStat(pid: pid, line: line).map(Found.there) ?? .absent
      }
    }
  }

  /// Every process that has not ended, by number.
  static func all() throws(DeploymentFailure) -> [ProcessStat] {
    var processes: [ProcessStat] = []
    for pid in try names(in: "/proc").compactMap({ Int32($0) }).sorted() {
      if let process = try stat(pid), !process.isGone { processes.append(process) }
    }
    return processes
  }

  /// The environment that a process was started with, or what it has put in its place; nil: not
  /// readable.
  static func environment(_ pid: Int32) throws(DeploymentFailure) -> [UInt8]? {
    try read("/proc/\(pid)/environ", limit: 1 << 22)
  }

  /// Where one of its descriptors leads.
  static func descriptor(_ descriptor: String, of pid: Int32) -> String? {
    link("/proc/\(pid)/fd/\(descriptor)")
  }

  /// Its open descriptors; nil: they are hidden from us.
  static func descriptors(of pid: Int32) throws(DeploymentFailure) -> [String]? {
    let path = "/proc/\(pid)/fd"
    return access(path, R_OK) != 0 && errno == EACCES ? nil : try names(in: path)
  }

  /// A file's bytes, at most so many; nil: not readable.
  static func read(_ path: String, limit: Int) throws(DeploymentFailure) -> [UInt8]? {
    try withFile(path) { file in
      withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 8) { buffer -> Found<[UInt8]> in
        var bytes: [UInt8] = []
        while bytes.count < limit {
          let length = Glibc.read(file, buffer.baseAddress, min(buffer.count, limit - bytes.count))
          if length < 0 { return bytes.isEmpty ? .failure(errno) : .there(bytes) }
          if length == 0 { break }
          bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<length]))
        }
        return .there(bytes)
      }
    }
  }

  /// What came of a look.
  private enum Found<Value> {
    case there(Value)
    case absent
    /// With the system's number.
    case failure(Int32)
  }

  private static func withFile<Value>(
    _ path: String, _ body: (Int32) -> Found<Value>
  ) throws(DeploymentFailure) -> Value? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      try refuseBlindness(errno, path)
      return nil
    }
    defer { close(file) }
    switch body(file) {
    case .there(let value): return value
    case .absent: return nil
    case .failure(let number):
      try refuseBlindness(number, path)
      return nil
    }
  }

  /// Passes over what is not there and what is hidden.
  private static func refuseBlindness(
    _ number: Int32, _ path: String
  ) throws(DeploymentFailure) {
    if [ENOENT, ESRCH, ENOTDIR, EACCES, EPERM].contains(number) { return }
    let why = String(cString: strerror(number))
    throw .init(.transient, SafeText("what runs cannot be seen now: \(path): \(why)"))
  }

  private static func link(_ path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 512)
    let length = readlink(path, &buffer, buffer.count)
    guard length >= 0 else { return nil }
    return String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func names(in path: String) throws(DeploymentFailure) -> [String] {
    guard let directory = opendir(path) else {
      try refuseBlindness(errno, path)
      return []
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
