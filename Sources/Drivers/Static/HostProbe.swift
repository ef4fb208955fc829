import DeploymentInterface
import Glibc
import Posix

/// Checks whether machines accept connections on their ports, all at the same time.
enum HostProbe {
  /// Connects to each machine and closes the connection.
  ///
  /// - Parameter limit: the time limit for all machines together.
  /// - Returns: for each host nil, or the reason why it does not answer.
  static func problems(of hosts: [StaticHost], within limit: TimeSpan) -> [String?] {
    let end = SystemClock.monotonicMilliseconds + limit.milliseconds
    var attempts = hosts.map(Attempt.init)
    defer { for attempt in attempts { attempt.end() } }
    while true {
      let waiting = attempts.indices.filter { attempts[$0].isPending }
      let left = end - SystemClock.monotonicMilliseconds
      guard !waiting.isEmpty, left > 0 else { break }
      var polls = waiting.map {
        pollfd(fd: attempts[$0].socket, events: Int16(POLLOUT), revents: 0)
      }
      guard poll(&polls, nfds_t(polls.count), Int32(clamping: left)) > 0 else { continue }
      for (index, poll) in zip(waiting, polls) where poll.revents != 0 {
        attempts[index].settle()
      }
    }
    return attempts.map { $0.problem(after: limit) }
  }

  /// Sends a wake-on-LAN packet: six bytes of 0xff, then the address sixteen times.
  static func wake(_ mac: MACAddress, port: UInt16 = 9) {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { return }
    defer { close(socket) }
    var yes: Int32 = 1
    setsockopt(socket, SOL_SOCKET, SO_BROADCAST, &yes, socklen_t(MemoryLayout<Int32>.size))
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    name.sin_addr.s_addr = INADDR_BROADCAST
    let packet = magicPacket(mac)
    withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        _ = sendto(
          socket, packet, packet.count, 0, address, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  static func magicPacket(_ mac: MACAddress) -> [UInt8] {
    let bytes = stride(from: 40, through: 0, by: -8).map {
      UInt8(truncatingIfNeeded: mac.number >> UInt64($0))
    }
    return [UInt8](repeating: 0xff, count: 6) + (0..<16).flatMap { _ in bytes }
  }
}

/// A connection attempt.
private struct Attempt {
  private(set) var socket: Int32 = -1
  private(set) var isPending = false
  private var failure: String?

  init(_ host: StaticHost) {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let result = getaddrinfo(host.address, String(host.port), &hints, &found)
    defer { if let found { freeaddrinfo(found) } }
    guard result == 0, let first = found?.pointee else {
      failure = "its name cannot be resolved: \(String(cString: gai_strerror(result)))"
      return
    }
    let kind = first.ai_socktype | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    socket = Glibc.socket(first.ai_family, kind, 0)
    guard socket >= 0 else {
      fail(errno)
      return
    }
    if connect(socket, first.ai_addr, first.ai_addrlen) == 0 { return }
    if errno == EINPROGRESS { isPending = true } else { fail(errno) }
  }

  private mutating func fail(_ number: Int32) {
    failure = String(cString: strerror(number)).lowercased()
  }

  /// Takes the result of the attempt.
  mutating func settle() {
    isPending = false
    var number: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(socket, SOL_SOCKET, SO_ERROR, &number, &size)
    if number != 0 { fail(number) }
  }

  func problem(after limit: TimeSpan) -> String? {
    isPending ? "no answer within \(limit)" : failure
  }

  func end() {
    if socket >= 0 { close(socket) }
  }
}
