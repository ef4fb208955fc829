import Foundation
import Glibc
import TestSupport

/// A host with libvirt and QEMU for one test, started and ended by `scripts/qemu-host.sh`.
struct QemuHost {
  let folder: String
  let uri: String

  private static let script: String = {
    let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    return "/\(root)/scripts/qemu-host.sh"
  }()

  /// Whether such a host can be had here; says why not, once.
  static let isPossible: Bool = {
    do {
      return try CommandEnvironment.with { place in
        let answer = try run(["prepare", place.folder + "/host"], place)
        if answer.code == 77 { print("libvirt: \(answer.errors)") }
        guard answer.code != 77 else { return false }
        try place.configure("providers: [{ name: here, driver: libvirt }]\n")
        let check = try place.dashboard("check")
        let isBuilt = !check.output.contains("was built without libvirt")
        if !isBuilt { print("libvirt: \(check.output)") }
        return isBuilt
      }
    } catch {
      print("libvirt: \(error)")
      return true
    }
  }()

  /// Runs a test with a host of its own, of which nothing is left afterwards.
  static func with(
    _ configuration: (QemuHost) -> String, _ test: (CommandEnvironment, QemuHost) throws -> Void
  ) throws {
    try CommandEnvironment.with { place in
      let folder = place.folder + "/host"
      defer { _ = try? run(["down", folder], place) }
      let answer = try run(["up", folder], place)
      print("libvirt: \(answer.errors)")
      let uri = answer.output.trimmingCharacters(in: .whitespacesAndNewlines)
      guard answer.code == 0, !uri.isEmpty else {
        throw TooLate(description: "no host: \(answer)")
      }
      let host = QemuHost(folder: folder, uri: uri)
      try place.configure(configuration(host))
      try test(place, host)
    }
  }

  // MARK: What happens to it

  /// libvirtd stands still, or goes on; its guests run.
  func freeze(_ isFrozen: Bool, _ place: CommandEnvironment) throws {
    let text = place.read(folder + "/libvirtd.pid")
    guard let pid = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw TooLate(description: "no pid of libvirtd: \(text)")
    }
    kill(pid, isFrozen ? SIGSTOP : SIGCONT)
  }

  /// libvirtd ends and is started anew; its guests run.
  func restart(_ place: CommandEnvironment) throws {
    let answer = try Self.run(["restart", folder], place)
    guard answer.code == 0 else { throw TooLate(description: "no restart: \(answer)") }
  }

  // MARK: What there is

  /// All domains by name, with `running`, `saved` or `shut off`.
  func domains(_ place: CommandEnvironment) throws -> [String: String] {
    let table = try virsh("list", "--all", "--managed-save", in: place)
    var found: [String: String] = [:]
    for line in table.split(separator: "\n").dropFirst(2) {
      let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
      guard words.count == 3 else { continue }
      found[String(words[1])] = words[2].trimmingCharacters(in: .whitespaces)
    }
    return found
  }

  /// The files of the storage pool, but the base.
  var disks: [String] { files("images").filter { $0 != "base.qcow2" } }
  /// The memory of what was saved.
  var savedStates: [String] { files("lib/qemu/save").filter { $0.hasSuffix(".save") } }

  private func files(_ path: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(path)")) ?? []).sorted()
  }

  /// How many QEMU processes have a disk of this host.
  var machines: Int {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.compactMap { pid_t($0) }.count { pid in
      guard let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else {
        return false
      }
      let text = String(decoding: line, as: UTF8.self)
      return text.contains("qemu-system") && text.contains(folder)
    }
  }

  /// What somebody else does on the host.
  @discardableResult
  func virsh(_ words: String..., in place: CommandEnvironment) throws -> String {
    let answer = try Self.finish("virsh", ["-c", uri] + words, place)
    guard answer.code == 0 else { throw TooLate(description: "virsh \(words): \(answer)") }
    return answer.output
  }

  /// Types a line on the console of a guest.
  func type(_ line: String, on name: String, in place: CommandEnvironment) throws {
    let console = try virsh("ttyconsole", name, in: place)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    // QEMU looks once a second whether anybody is at the console; before that the line is lost.
    let script = "exec 4<>\"$1\"; sleep 1.5; echo \"$2\" >&4; sleep 0.5"
    let answer = try Self.finish("bash", ["-c", script, "type", console, line], place)
    guard answer.code == 0 else { throw TooLate(description: "typing \(line): \(answer)") }
  }

  private static func run(_ words: [String], _ place: CommandEnvironment) throws -> Answer {
    try finish(script, words, place)
  }

  private static func finish(
    _ program: String, _ words: [String], _ place: CommandEnvironment
  ) throws -> Answer {
    let (output, errors) = (place.folder + "/host-output", place.folder + "/host-errors")
    let child = try Child(
      program, words, environment: place.environment, output: output, errors: errors)
    let code = try child.end(within: 120)
    return Answer(code: code, output: place.read(output), errors: place.read(errors))
  }
}
