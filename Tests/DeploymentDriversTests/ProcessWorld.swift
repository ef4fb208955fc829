import DeploymentDrivers
import DeploymentInterface
import Glibc
import TestSupport
import Testing

import struct Synchronization.Atomic

/// Deployments of one test with their own owner, and their processes on this machine.
final class ProcessWorld: Sendable {
  private static let count = Atomic(0)
  let owner: String

  init() {
    owner = "test-\(getpid())-\(Self.count.add(1, ordering: .relaxed).newValue)"
  }

  /// Ends all processes that were started.
  func end() { _ = try? ProcessInventory.end(ownedBy: owner, grace: .zero) }

  func driven(_ parameters: ParameterValues, id: Int64 = 7) throws -> Driven {
    var driven = Driven(try service("process", parameters))
    driven.owner = owner
    driven.id = id
    driven.name = "lab-\(id)"
    if parameters["port"] != nil { driven.port = Self.freePort() }
    return driven
  }

  var processes: [MarkedProcess] { (try? ProcessInventory.processes(ownedBy: owner)) ?? [] }
  var leaders: [MarkedProcess] { processes.filter(\.isLeader) }

  private static let ports = Atomic(Int(getpid()) * 61 % 2700)

  /// A free port that no other test of this run gets, outside the ranges from which engines and the
  /// system assign ports.
  static func freePort() -> UInt16 {
    while true {
      let number = ports.add(1, ordering: .relaxed).newValue
      let listener = Listener(port: UInt16(30_000 + number % 2700))
      defer { listener.end() }
      if listener.isListening { return listener.port }
    }
  }

  /// A file of `/proc` about a process, as text; NUL becomes a new line.
  static func proc(_ pid: Int32, _ file: String) -> String {
    text("/proc/\(pid)/\(file)")
  }

  /// A file's text; empty when it cannot be read.
  static func text(_ path: String) -> String {
    guard let stream = fopen(path, "r") else { return "" }
    defer { fclose(stream) }
    var text: [UInt8] = []
    while case let byte = getc(stream), byte != EOF { text.append(byte == 0 ? 10 : UInt8(byte)) }
    return String(decoding: text, as: UTF8.self)
  }

  /// Creates an empty file that a process waits for.
  static func touch(_ path: String) {
    let file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
    if file >= 0 { close(file) }
  }

  static func link(_ path: String) -> String {
    var buffer = [CChar](repeating: 0, count: 512)
    let length = max(0, readlink(path, &buffer, buffer.count))
    return String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// A listener of another program on a port.
struct Listener {
  let socket: Int32
  let port: UInt16
  let isListening: Bool

  init(port wanted: UInt16) {
    socket = Glibc.socket(
      AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var yes: Int32 = 1
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = wanted.bigEndian
    name.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let socket = socket
    isListening = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, length) == 0 && listen(socket, 8) == 0
          && getsockname(socket, $0, &length) == 0
      }
    }
    port = UInt16(bigEndian: name.sin_port)
  }

  func end() { close(socket) }
}

/// Commands that tests start.
enum Commands {
  /// Sleeps, without a port.
  static let sleeper: ParameterValues = ["command": .list(["sleep", "1000"])]
  /// A shell with a child.
  static let family: ParameterValues = [
    "command": .list(["sh", "-c", "sleep 1000 & exec sleep 1001"])
  ]
  /// Listens on its port and accepts connections.
  static let server: ParameterValues = [
    "command": python(
      """
      import socket, sys
      s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
      while True: s.accept()[0].close()
      """, "$PORT"),
    "port": .text("auto"),
  ]

  static func python(_ program: String, _ arguments: String...) -> ParameterValue {
    .list(["python3", "-S", "-E", "-c", program] + arguments)
  }
}
