import DeploymentInterface
import Glibc
import Posix
import SafeTexts

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The claims of deployments on machines: a folder with one small file per claimed machine.
///
/// The machines carry no mark of ours, so a claim is written here before a machine is handed out.
/// It is created with `link`, which only one process can win.
struct HostClaims: Sendable {
  /// The contents of a claim.
  struct Claim: Hashable, Codable, Sendable {
    /// The engine's mark.
    var owner: String
    /// The deployment's number: `d17`.
    var deployment: String
    /// The deployment's name.
    var name: String
    /// The machine, as it was listed when it was claimed.
    var host: StaticHost

    /// Whether it belongs to this deployment.
    func isOf(_ owner: String, _ deployment: String) -> Bool {
      self.owner == owner && self.deployment == deployment
    }
  }

  let folder: String

  /// All readable claims, by file name.
  func all() throws(DeploymentFailure) -> [String: Claim] {
    guard access(folder, F_OK) == 0 else { return [:] }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw .system("cannot read the claims in \(folder)", .last)
    }
    var claims: [String: Claim] = [:]
    for name in names where name.hasSuffix(Self.suffix) { claims[name] = read(name) }
    return claims
  }

  /// The claim on a machine; nil if the machine is free.
  func claim(on host: StaticHost) -> Claim? { read(Self.file(host)) }

  /// Claims a machine; returns false if it is already claimed.
  func take(_ claim: Claim) throws(DeploymentFailure) -> Bool {
    let path = "\(folder)/\(Self.file(claim.host))"
    let draft = "\(path).\(claim.owner).\(claim.deployment).draft"
    try makeFolder()
    try write(claim, to: draft)
    defer { unlink(draft) }
    if link(draft, path) == 0 {
      sync()
      return true
    }
    guard errno == EEXIST else { throw .system("cannot create \(path)", .last) }
    return read(Self.file(claim.host))?.isOf(claim.owner, claim.deployment) ?? false
  }

  /// Releases all machines of this deployment.
  func release(_ owner: String, _ deployment: String) throws(DeploymentFailure) {
    for (name, claim) in try all() where claim.isOf(owner, deployment) {
      guard unlink("\(folder)/\(name)") == 0 || errno == ENOENT else {
        throw .system("cannot remove \(folder)/\(name)", .last)
      }
    }
    sync()
  }

  /// What is wrong with the file of a claim that cannot be read.
  func damage(on host: StaticHost) -> String {
    let bytes = (try? Proc.read(path(host), limit: 1)) ?? nil
    let what = bytes == nil ? "cannot be read" : bytes == [] ? "is empty" : "is not a claim"
    return "\(path(host)) \(what); remove it if nobody uses \(host.name)"
  }

  /// The path of the claim on a machine.
  func path(_ host: StaticHost) -> String { "\(folder)/\(Self.file(host))" }

  private static let suffix = ".claim"

  private static func file(_ host: StaticHost) -> String {
    PlainName.of(host.address) + "+\(host.port)\(suffix)"
  }

  private func read(_ name: String) -> Claim? {
    let path = "\(folder)/\(name)"
    if access(path, F_OK) != 0, errno == ENOENT { return nil }
    let bytes = (try? Proc.read(path, limit: 65_536)) ?? []
    if let claim = try? JSONDecoder().decode(Claim.self, from: Data(bytes)) { return claim }
    // An unreadable file still counts as a claim: the machine is not handed out.
    return Claim(owner: "", deployment: "", name: "somebody", host: .unreadable)
  }

  private func makeFolder() throws(DeploymentFailure) {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    } catch {
      throw .init(.transient, SafeText("cannot create the folder for claims \(folder)"))
    }
  }

  private func write(_ claim: Claim, to path: String) throws(DeploymentFailure) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let json = try? encoder.encode(claim) else {
      throw .init(.permanent, "cannot encode a claim")
    }
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .system("cannot write \(path)", .last) }
    defer { close(file) }
    let bytes = Array(json) + [0x0a]
    guard Glibc.write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
      throw .system("cannot write \(path)", .last)
    }
  }

  /// Flushes the folder to disk, so that claims survive a power failure.
  private func sync() {
    let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { return }
    fsync(directory)
    close(directory)
  }
}

extension StaticHost {
  /// The host of an unreadable claim.
  fileprivate static let unreadable = StaticHost()

  private init() {
    name = "unknown"
    address = ""
    port = 0
    mac = nil
  }
}
