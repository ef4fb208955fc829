import Glibc
import SafeTexts

/// Information from the environment of the process.
enum ProcessEnvironment {
  /// The environment variables.
  static var variables: [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let pair = String(cString: text).split(separator: "=", maxSplits: 1)
      if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
      entry += 1
    }
    return variables
  }

  /// The host name.
  static var host: SafeText {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
    return SafeText(bytes: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)))
  }

  /// The user of the process, for the journal: the name, with the remote address or the terminal.
  static func actor(_ variables: [String: String]) -> SafeText {
    let name = userName ?? "uid \(getuid())"
    guard let place = remoteAddress(variables) ?? terminalName else { return SafeText(name) }
    return SafeText("\(name)@\(place)", limit: 200)
  }

  private static var userName: String? {
    var record = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16_384)
    guard getpwuid_r(getuid(), &record, &buffer, buffer.count, &found) == 0, found != nil,
      let name = record.pw_name
    else { return nil }
    return String(cString: name)
  }

  private static func remoteAddress(_ variables: [String: String]) -> String? {
    variables["SSH_CONNECTION"]?.split(separator: " ").first.map(String.init)
  }

  private static var terminalName: String? {
    var buffer = [CChar](repeating: 0, count: 256)
    guard ttyname_r(STDIN_FILENO, &buffer, buffer.count) == 0 else { return nil }
    let path = String(
      decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return path.hasPrefix("/dev/") ? String(path.dropFirst(5)) : path
  }
}
