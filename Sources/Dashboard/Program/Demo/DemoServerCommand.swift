import ArgumentParser
import Glibc

/// A small web server, which answers every request with the same page. Not listed in the help: only
/// the demo's configuration calls it.
///
/// The deployments of the demo are processes that serve a page. On a machine without Python, this
/// program is the only one of which the demo knows that it is installed and can serve.
struct DemoServerCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "demo-server", abstract: "Serve the demo's page.", shouldDisplay: false)

  @Argument(help: ArgumentHelp("A TCP port of this machine.", valueName: "port"))
  var port: UInt16

  func perform(_ context: CommandContext) throws(CommandFailure) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    var one: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) == 0 }
    }
    guard isBound, listen(listener, 16) == 0 else {
      throw CommandFailure(
        .unavailable, "dashboard: port \(port): \(String(cString: strerror(errno)))")
    }
    while true {
      let client = accept(listener, nil, nil)
      guard client >= 0 else { continue }
      Self.answer(client)
      close(client)
    }
  }

  private static func answer(_ client: Int32) {
    // Who says nothing must not keep others waiting.
    var limit = timeval(tv_sec: 1, tv_usec: 0)
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var request = [UInt8](repeating: 0, count: 4096)
    guard recv(client, &request, request.count, 0) > 0 else { return }
    let page = DemoConfiguration.page
    let head = "HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
    let text = head + "Content-Length: \(page.utf8.count)\r\n\r\n" + page
    try? FileSink(descriptor: client).write(text)
  }
}
