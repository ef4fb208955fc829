import DeploymentInterface
import Glibc
import Posix

/// The contents of a lock file: the latest holder of the lease, the store's id, and its number of
/// commits.
package struct LockContents: Hashable, Sendable {
  /// A store as its lock file records it. The store beside it must not have fewer commits.
  struct Remembered: Hashable, Sendable {
    var storeID: String
    var commits: Int64
  }

  var holder: HolderProcess
  var since: Timestamp
  var remembered: Remembered?
  /// The latest heartbeat; nil: an earlier version wrote the file.
  var beat: Heartbeat?
  /// Whether a holder of an earlier version has begun to create the store, so that an empty store
  /// file is its work.
  var isMaking = false
  /// Whether other users could write the store, and its owner has not accepted its contents yet.
  var isUnreviewed = false

  init(holder: HolderProcess, since: Timestamp, remembered: Remembered?) {
    self.holder = holder
    self.since = since
    self.remembered = remembered
  }

  /// Size of the file in bytes; it is fixed, so that one write replaces everything.
  private static let size = 1024

  /// Reads a lock file; nil: it is empty or is being written.
  init?(descriptor: Int32) {
    var bytes = [UInt8](repeating: 0, count: Self.size)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count == Self.size else { return nil }
    self.init(parsing: String(decoding: bytes, as: UTF8.self))
  }

  package init?(parsing text: String) {
    var fields: [String: String] = [:]
    var body = ""
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1)
      guard parts.count == 2 else { continue }
      if parts[0] == "check" {
        guard parts[1] == Self.checksum(of: body) else { return nil }
        fields["check"] = String(parts[1])
        break
      }
      fields[String(parts[0])] = String(parts[1])
      body += line + "\n"
    }
    guard fields["check"] != nil, let pid = fields["pid"].flatMap({ Int32($0) }),
      let start = fields["started"].flatMap({ UInt64($0) }), let host = fields["host"],
      let machine = fields["machine"], let since = fields["since"].flatMap({ Int64($0) })
    else { return nil }
    holder = HolderProcess(
      process: ProcessIdentity(pid: pid, startTime: start, bootID: ""), pidNamespace: nil,
      host: host, user: fields["user"] ?? "")
    holder.machine = machine
    self.since = Timestamp(milliseconds: since)
    if let at = fields["beat"].flatMap({ Int64($0) }), let clock = fields["clock"] {
      beat = Heartbeat(at: at, clock: clock)
    }
    isMaking = fields["making"] != nil
    isUnreviewed = fields["unreviewed"] != nil
    if let store = fields["store"], let commits = fields["commits"].flatMap({ Int64($0) }) {
      remembered = Remembered(storeID: store, commits: commits)
    }
  }

  /// Replaces the contents of the file.
  func write(to descriptor: Int32) throws(SystemError) {
    var text = Array(self.text.utf8)
    text.append(
      contentsOf: repeatElement(UInt8(ascii: "\n"), count: max(0, Self.size - text.count)))
    guard pwrite(descriptor, text, Self.size, 0) == Self.size else {
      throw .last
    }
  }

  /// The bytes of the file before the padding.
  var length: Int { text.utf8.count - 1 }

  private var text: String {
    var body = """
      pid \(holder.process.pid)
      started \(holder.process.startTime)
      since \(since.milliseconds)
      host \(holder.host)
      machine \(holder.machine)

      """
    if let remembered {
      body += "store \(remembered.storeID)\ncommits \(remembered.commits)\n"
    }
    if !holder.user.isEmpty { body += "user \(holder.user)\n" }
    if let beat { body += "beat \(beat.at)\nclock \(beat.clock)\n" }
    if isMaking { body += "making 1\n" }
    if isUnreviewed { body += "unreviewed 1\n" }
    return body + "check \(Self.checksum(of: body))\n"
  }

  private static func checksum(of body: String) -> String {
    String(RecordChecksum.of(Array(body.utf8)[...]), radix: 16)
  }
}
