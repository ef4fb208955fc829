import Glibc

/// Checks whether a guest accepts connections.
enum GuestPort {
  /// Connects from this machine and closes the connection; waits at most one second.
  static func accepts(_ address: String, _ port: UInt16) -> Bool {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(address, String(port), &hints, &found) == 0, let found else { return false }
    defer { freeaddrinfo(found) }
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let socket = Glibc.socket(found.pointee.ai_family, kind, 0)
    guard socket >= 0 else { return false }
    defer { close(socket) }
    if connect(socket, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 { return true }
    guard errno == EINPROGRESS else { return false }
    var poll = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
    guard Glibc.poll(&poll, 1, 1000) == 1 else { return false }
    var problem: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(socket, SOL_SOCKET, SO_ERROR, &problem, &size)
    return problem == 0
  }
}
