import DeploymentDrivers
import DeploymentInterface
import DriverConformance
import Foundation
import TestSupport
import Testing

/// The folder of one test, for driver programs and the resources they create.
final class CommandWorld: Sendable {
  private let place: TemporaryFolder
  var folder: String { place.path }

  /// A mark that no other test on this machine uses.
  var owner: String { String(folder.split(separator: "-").last ?? "kit") }

  init() throws { place = try TemporaryFolder("dashboard-drivers") }

  /// Ends the example's servers.
  func end() {
    for pid in exampleServers { kill(pid, SIGKILL) }
  }

  /// Writes an executable program and returns its path.
  func program(_ text: String, named name: String = "driver") throws -> String {
    let path = "\(folder)/\(name)"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    chmod(path, 0o755)
    return path
  }

  /// Writes a driver in sh: the request is in `$request`, `reply` answers with further members, and
  /// the body handles each `$1`.
  func shell(_ body: String) throws -> String {
    try program(
      """
      #!/bin/sh
      request=$(cat)
      field() { printf %s "$request" | sed -n "s/.*\\"$1\\":\\"\\([^\\"]*\\)\\".*/\\1/p"; }
      call=$(field call); key=$(field key); owner=$(field owner)
      reply() { printf '{"call":"%s",%s}\\n' "$call" "$1"; }
      seen() { reply "\\"outcome\\":\\"done\\",\\"observed\\":{\\"power\\":\\"$1\\",\\
      \\"key\\":\\"$key\\",\\"owner\\":\\"$owner\\",\\"ip\\":\\"192.0.2.1\\"}"; }
      \(body)

      """)
  }

  /// Creates the service of a driver program.
  func service(
    _ program: String, provider more: ParameterValues = [:], _ parameters: ParameterValues = [:]
  ) throws -> any Service {
    var values = more
    // Through the shell: executing a program that was just written may fail as busy while a child
    // of another test has it open.
    values["command"] = values["command"] ?? .list(["/bin/sh", program])
    return try driver("command").makeProvider(values).makeService(parameters)
  }

  func driven(
    _ program: String, provider more: ParameterValues = [:], _ parameters: ParameterValues = [:]
  ) throws -> Driven {
    Driven(try service(program, provider: more, parameters))
  }

  // MARK: The example

  static let exampleFolder =
    "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/examples"
  static let example = exampleFolder + "/workspaces.py"
  /// The interpreter itself: a wrapper that searches for it takes ten times as long.
  static let python = [
    ["/usr/bin/python3", "/usr/local/bin/python3"]
      .first { FileManager.default.isExecutableFile(atPath: $0) } ?? "python3", "-S", "-E",
  ]

  /// Creates an empty folder.
  func emptied(_ path: String) throws -> String {
    for pid in exampleServers { kill(pid, SIGKILL) }
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  private var exampleServers: [Int32] {
    ProcessWorld.numbers.filter { pid in
      ProcessWorld.proc(pid, "cmdline").contains("_serve\n\(folder)/")
    }
  }

  /// The fixture for the example on this folder.
  func exampleFixture(serves: Bool = false) throws -> ConformanceFixture {
    var fixture = ConformanceFixture(
      try exampleService(root: folder, serves: serves), owner: owner)
    fixture.failing = try exampleService(root: folder + "/nowhere", serves: serves)
    let folder = folder
    fixture.count = { thing in
      Self.marks(in: folder).count { $0.owner == thing.owner && $0.key == Self.key(thing) }
    }
    fixture.vanish = { thing in
      for mark in Self.marks(in: folder) where mark.key == Self.key(thing) {
        try FileManager.default.removeItem(atPath: mark.path)
      }
    }
    fixture.foreign = ForeignResource(
      make: { identity in
        try FileManager.default.createDirectory(
          atPath: "\(folder)/\(identity.name)", withIntermediateDirectories: false)
      },
      exists: { FileManager.default.fileExists(atPath: "\(folder)/\($0.name)") },
      remove: { try FileManager.default.removeItem(atPath: "\(folder)/\($0.name)") })
    return fixture
  }

  private func exampleService(root: String, serves: Bool) throws -> any Service {
    let provider: ParameterValues = [
      "command": .list(Self.python + [Self.example]), "serve": .bool(serves),
      "config": .map([.init("root", root)]),
    ]
    return try driver("command").makeProvider(provider)
      .makeService(["cacheLevels": .text("L1+L2"), "publish": .bool(true)])
  }

  private static func key(_ thing: ConformanceResource) -> String { "\(thing.owner)-d\(thing.id)" }

  private struct Mark: Decodable {
    var owner: String
    var key: String
    var name: String?
    var path = ""
    enum CodingKeys: CodingKey { case owner, key, name }
  }

  private static func marks(in folder: String) -> [Mark] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { name in
      let path = "\(folder)/\(name)"
      guard let data = FileManager.default.contents(atPath: path + "/.workspace.json"),
        var mark = try? JSONDecoder().decode(Mark.self, from: data), mark.name != nil
      else { return nil }
      mark.path = path
      return mark
    }
  }
}

extension ProcessWorld {
  /// The kernel's state letter of a process; empty if the process does not exist.
  static func state(_ pid: Int32) -> String {
    let line = proc(pid, "stat")
    guard let end = line.lastIndex(of: ")") else { return "" }
    return String(line[end...].dropFirst(2).prefix(1))
  }

  /// The pids of all processes of the machine.
  static var numbers: [Int32] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
  }
}
