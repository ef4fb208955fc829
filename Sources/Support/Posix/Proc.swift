import Basics
import Glibc

/// A failure to read `/proc`, for lack of descriptors or memory. It is temporary.
package struct ProcFailure: Error, Hashable, Sendable {
  /// The path that could not be read.
  package let path: String
  /// The system's error.
  package let error: SystemError
}

/// Information about processes from `/proc`.
///
/// A process or file that does not exist, or is hidden from us, is nil. A failed read throws: a
/// caller that mistook it for an absence would forget running processes.
package enum Proc {
  /// Identifier of the current boot; empty if the kernel does not provide it.
  package static func bootID() throws(ProcFailure) -> String {
    if let known = boot.withLock({ $0 }) { return known }
    let bytes = try read("/proc/sys/kernel/random/boot_id", limit: 64) ?? []
    let read = String(decoding: bytes.filter { $0 > 0x20 }, as: UTF8.self)
    if !read.isEmpty { boot.withLock { $0 = read } }
    return read
  }
  private static let boot = Mutex<String?>(nil)

  /// A process's status; nil if the process does not exist.
  package static func stat(_ pid: Int32) throws(ProcFailure) -> ProcessStat? {
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

  /// All processes that have not ended, sorted by process id.
  package static func all() throws(ProcFailure) -> [ProcessStat] {
    var processes: [ProcessStat] = []
    for pid in try ids() {
      if let process = try stat(pid), !process.isGone { processes.append(process) }
    }
    return processes
  }

  /// The ids of all processes, also of those that have ended and were not reaped, sorted.
  package static func ids() throws(ProcFailure) -> [Int32] {
    try names(in: "/proc").compactMap { Int32($0) }.sorted()
  }

  /// A process's environment block, as the process has left it; nil if it is not readable.
  package static func environment(_ pid: Int32) throws(ProcFailure) -> [UInt8]? {
    var found: [UInt8]?
    for view in try views(of: pid) {
      found = try read("\(view)/environ", limit: 1 << 22)
      if found?.isEmpty == false { break }
    }
    return found
  }

  /// Target of a process's descriptor, such as a path or `socket:[4711]`.
  package static func descriptor(_ descriptor: String, of pid: Int32) -> String? {
    for view in (try? views(of: pid)) ?? [] {
      if let target = link("\(view)/fd/\(descriptor)") { return target }
    }
    return nil
  }

  /// A process's open descriptors; nil if they are hidden from us.
  package static func descriptors(of pid: Int32) throws(ProcFailure) -> [String]? {
    var found: [String]?
    for view in try views(of: pid) {
      let path = "\(view)/fd"
      if access(path, R_OK) != 0, errno == EACCES { continue }
      let names = try names(in: path)
      if found?.isEmpty ?? true { found = names }
      if !names.isEmpty { break }
    }
    return found
  }

  /// A process's name as the kernel keeps it, at most 15 bytes that may be anything but a line end;
  /// nil if it is hidden.
  package static func name(_ pid: Int32) -> [UInt8]? {
    guard let bytes = try? read("/proc/\(pid)/comm", limit: 64), !bytes.isEmpty else { return nil }
    return Array(bytes.prefix { $0 != UInt8(ascii: "\n") })
  }

  /// A namespace of this process, such as `pid:[4026531836]` for `pid`; empty: unknown.
  package static func namespace(_ kind: String) -> String { link("/proc/self/ns/\(kind)") ?? "" }

  /// The folders that show what a process has: its own, or those of its other threads if its first
  /// thread has ended, because then its own shows nothing.
  private static func views(of pid: Int32) throws(ProcFailure) -> [String] {
    let own = "/proc/\(pid)"
    guard let stat = try stat(pid), stat.state == UInt8(ascii: "Z"), stat.threads > 1 else {
      return [own]
    }
    let threads = try names(in: "\(own)/task").filter { $0 != String(pid) }
    return threads.map { "\(own)/task/\($0)" }
  }

  /// A file's first `limit` bytes; nil if it is not readable.
  package static func read(_ path: String, limit: Int) throws(ProcFailure) -> [UInt8]? {
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

  /// Result of a read.
  private enum Found<Value> {
    case there(Value)
    case absent
    /// With the error's number.
    case failure(Int32)
  }

  private static func withFile<Value>(
    _ path: String, _ body: (Int32) -> Found<Value>
  ) throws(ProcFailure) -> Value? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      try throwUnlessHidden(errno, path)
      return nil
    }
    defer { close(file) }
    switch body(file) {
    case .there(let value): return value
    case .absent: return nil
    case .failure(let number):
      try throwUnlessHidden(number, path)
      return nil
    }
  }

  /// Throws unless the error means that the file does not exist or is hidden.
  private static func throwUnlessHidden(
    _ number: Int32, _ path: String
  ) throws(ProcFailure) {
    if [ENOENT, ESRCH, ENOTDIR, EACCES, EPERM].contains(number) { return }
    throw ProcFailure(path: path, error: SystemError(number: number))
  }

  private static func link(_ path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 512)
    let length = readlink(path, &buffer, buffer.count)
    guard length >= 0 else { return nil }
    return String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func names(in path: String) throws(ProcFailure) -> [String] {
    guard let directory = opendir(path) else {
      try throwUnlessHidden(errno, path)
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
