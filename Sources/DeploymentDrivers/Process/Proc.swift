import Glibc

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
enum Proc {
  /// Changes at each start of the machine; empty when it cannot be read.
  static let bootID = String(
    decoding: read("/proc/sys/kernel/random/boot_id", limit: 64)?.filter { $0 > 0x20 } ?? [],
    as: UTF8.self)

  /// One process; nil: there is none.
  static func stat(_ pid: Int32) -> ProcessStat? {
    guard pid > 0 else { return nil }
    return withFile("/proc/\(pid)/stat") { file in
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { buffer in
        guard let line = buffer.baseAddress else { return nil }
        let length = Glibc.read(file, line, buffer.count - 1)
        guard length > 0 else { return nil }
        line[length] = 0
        return ProcessStat(pid: pid, line: line)
      }
    }
  }

  /// Every process that has not ended, by number.
  static func all() -> [ProcessStat] {
    names(in: "/proc").compactMap { Int32($0) }.sorted().compactMap(stat).filter { !$0.isGone }
  }

  /// The environment that a process was started with, or what it has put in its place; nil: not
  /// readable.
  static func environment(_ pid: Int32) -> [UInt8]? { read("/proc/\(pid)/environ", limit: 1 << 22) }

  /// Where one of its descriptors leads.
  static func descriptor(_ descriptor: String, of pid: Int32) -> String? {
    link("/proc/\(pid)/fd/\(descriptor)")
  }

  /// Its open descriptors; nil: they are hidden from us.
  static func descriptors(of pid: Int32) -> [String]? {
    let path = "/proc/\(pid)/fd"
    return access(path, R_OK) != 0 && errno == EACCES ? nil : names(in: path)
  }

  /// A file's bytes, at most so many; nil: not readable.
  static func read(_ path: String, limit: Int) -> [UInt8]? {
    withFile(path) { file in
      withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 8) { buffer -> [UInt8]? in
        var bytes: [UInt8] = []
        while bytes.count < limit {
          let length = Glibc.read(file, buffer.baseAddress, min(buffer.count, limit - bytes.count))
          if length < 0 { return bytes.isEmpty ? nil : bytes }
          if length == 0 { break }
          bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<length]))
        }
        return bytes
      }
    }
  }

  private static func withFile<Result>(_ path: String, _ body: (Int32) -> Result?) -> Result? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    return body(file)
  }

  private static func link(_ path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 512)
    let length = readlink(path, &buffer, buffer.count)
    guard length >= 0 else { return nil }
    return String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func names(in path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
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
