import DeploymentInterface
import Glibc
import Posix

/// Checks TCP ports of this machine without exchanging data.
enum PortProbe {
  /// Whether a program holds the port, on any address; nil if that cannot be determined now.
  static func isTaken(_ port: UInt16) -> Bool? {
    withSocket(port, address: INADDR_ANY) { socket, address, length in
      var yes: Int32 = 1
      // Connections that have just ended do not block the port; a listener does.
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
      if bind(socket, address, length) == 0 { return false }
      return errno == EADDRINUSE ? true : nil
    }
  }

  /// The result of a connection attempt.
  enum Connection {
    case accepted, refused, pending
  }

  /// Connects from this machine and closes the connection. Does not wait: the kernel answers for a
  /// local listener before `connect` returns, unless its queue is full.
  static func connection(to port: UInt16) -> Connection {
    withSocket(port, address: 0x7f00_0001) { socket, address, length in
      if connect(socket, address, length) == 0 { return .accepted }
      guard errno == EINPROGRESS else { return .refused }
      var poll = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
      guard Glibc.poll(&poll, 1, 0) == 1 else { return .pending }
      var problem: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      getsockopt(socket, SOL_SOCKET, SO_ERROR, &problem, &size)
      return problem == 0 ? .accepted : .refused
    } ?? .pending
  }

  /// Whether one of these processes listens on the port. Also true if the descriptors of one of
  /// them cannot be read, or if the kernel shows no listener for the port.
  ///
  /// The kernel takes milliseconds for its list, however short: call this only after a connection
  /// was accepted.
  static func isHeld(
    _ port: UInt16, by processes: [Int32]
  ) throws(DeploymentFailure) -> Bool {
    var someone = false
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
      let sockets = try listeners(at: port, in: table)
      if sockets.isEmpty { continue }
      for process in processes where try holds(process, sockets) { return true }
      someone = true
    }
    return !someone
  }

  private static func holds(
    _ pid: Int32, _ sockets: Set<String>
  ) throws(DeploymentFailure) -> Bool {
    guard let descriptors = try readingProc(try Proc.descriptors(of: pid)) else { return true }
    return descriptors.contains { descriptor in
      Proc.descriptor(descriptor, of: pid).map(sockets.contains) ?? false
    }
  }

  /// The sockets that listen on a port, as named in `/proc/PID/fd`.
  private static func listeners(
    at port: UInt16, in table: String
  ) throws(DeploymentFailure) -> Set<String> {
    let bytes = try readingProc(try Proc.read(table, limit: 1 << 26)) ?? []
    let text = bytes.map(CChar.init(bitPattern:)) + [0]
    let inodes = lines(of: text, about: port).compactMap { listener($0, at: port) }
    return Set(inodes.map { "socket:[\($0)]" })
  }

  /// The inode in a line of `/proc/net/tcp`; nil if the line is not about a listener on the port.
  static func listener(_ line: String, at port: UInt16) -> String? {
    let fields = line.split(separator: " ").prefix(10)
    guard fields.count == 10, fields[3] == "0A", let local = fields[1].split(separator: ":").last,
      UInt16(local, radix: 16) == port
    else { return nil }
    return String(fields[9])
  }

  /// Where processes listen, such as `127.0.0.1:8080` and `[::1]:20000`; at most five.
  static func places(of processes: [Int32]) throws(DeploymentFailure) -> [String] {
    var inodes: Set<String> = []
    for process in processes {
      for descriptor in try readingProc(try Proc.descriptors(of: process)) ?? [] {
        guard let target = Proc.descriptor(descriptor, of: process), target.hasPrefix("socket:[")
        else { continue }
        inodes.insert(String(target.dropFirst("socket:[".count).dropLast()))
      }
    }
    var places: Set<String> = []
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] where !inodes.isEmpty {
      let bytes = try readingProc(try Proc.read(table, limit: 1 << 26)) ?? []
      for line in bytes.split(separator: 0x0a) {
        let fields = String(decoding: line, as: UTF8.self).split(separator: " ").prefix(10)
        guard fields.count == 10, fields[3] == "0A", inodes.contains(String(fields[9])),
          let place = place(fields[1])
        else { continue }
        places.insert(place)
      }
    }
    return Array(places.sorted().prefix(5))
  }

  /// An address of `/proc/net/tcp` or `tcp6` in its usual form; nil if it is not one.
  static func place(_ text: some StringProtocol) -> String? {
    let parts = text.split(separator: ":")
    guard parts.count == 2, [8, 32].contains(parts[0].utf8.count),
      let port = UInt16(parts[1], radix: 16)
    else { return nil }
    var digits = Substring(parts[0])
    var words: [UInt32] = []
    while !digits.isEmpty {
      // Each word is in the byte order of the machine.
      guard let word = UInt32(digits.prefix(8), radix: 16) else { return nil }
      words.append(word)
      digits = digits.dropFirst(8)
    }
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = words.count == 1 ? AF_INET : AF_INET6
    guard words.count == 1 || words.count == 4,
      inet_ntop(family, words, &buffer, socklen_t(buffer.count)) != nil
    else { return nil }
    let end = buffer.firstIndex(of: 0) ?? buffer.endIndex
    let address = String(decoding: buffer[..<end].map(UInt8.init(bitPattern:)), as: UTF8.self)
    return words.count == 1 ? "\(address):\(port)" : "[\(address)]:\(port)"
  }

  /// The lines that contain the port: few of many, in a file that is read at every check.
  private static func lines(of table: [CChar], about port: UInt16) -> [String] {
    let digits = String(port, radix: 16, uppercase: true)
    let pattern = ":" + String(repeating: "0", count: 4 - digits.count) + digits + " "
    return table.withUnsafeBufferPointer { table in
      guard let start = table.baseAddress else { return [] }
      var lines: [String] = []
      var next = start
      while let hit = strstr(next, pattern) {
        var first = UnsafePointer(hit)
        while first > next, first[-1] != 0x0a { first -= 1 }
        let end = UnsafePointer<CChar>(strchr(hit, 0x0a) ?? hit + strlen(hit))
        let bytes = UnsafeRawBufferPointer(start: first, count: end - first)
        lines.append(String(decoding: bytes, as: UTF8.self))
        next = end
      }
      return lines
    }
  }

  private static func withSocket<Result>(
    _ port: UInt16, address: in_addr_t,
    _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Result?
  ) -> Result? {
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let socket = Glibc.socket(AF_INET, kind, 0)
    guard socket >= 0 else { return nil }
    defer { close(socket) }
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    name.sin_addr.s_addr = address.bigEndian
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body(socket, $0, length) }
    }
  }
}
