import DeploymentDrivers
import DeploymentInterface
import DriverConformance
import Foundation
import TestSupport
import Testing

/// A folder of one test, for drivers that are programs and for what they make.
final class CommandWorld: Sendable {
  private let place: TemporaryFolder
  var folder: String { place.path }

  /// Nobody else's mark, on a machine where other tests run.
  var owner: String { String(folder.split(separator: "-").last ?? "kit") }

  init() throws { place = try TemporaryFolder("dashboard-drivers") }

  /// Ends the servers of the example.
  func end() {
    for pid in exampleServers { kill(pid, SIGKILL) }
  }

  /// Writes a program.
  func program(_ text: String, named name: String = "driver") throws -> String {
    let path = "\(folder)/\(name)"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    chmod(path, 0o755)
    return path
  }

  /// A driver in sh: the request is in `$request`, `reply` answers with more members, and a body
  /// says what happens for each `$1`.
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

  /// A service on a driver's program.
  func service(
    _ program: String, provider more: ParameterValues = [:], _ parameters: ParameterValues = [:]
  ) throws -> any Service {
    var values = more
    // Through the shell: a program that was just written may be busy in a child of somebody else.
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
  /// The interpreter itself: what looks for one on the way costs ten times as much.
  static let python = [
    ["/usr/bin/python3", "/usr/local/bin/python3"]
      .first { FileManager.default.isExecutableFile(atPath: $0) } ?? "python3", "-S", "-E",
  ]

  /// A folder with nothing in it.
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

  /// The example over this folder, and what the checks may see of it.
  func exampleGround(serves: Bool = false) throws -> ConformanceFixture {
    var ground = ConformanceFixture(
      try exampleService(root: folder, serves: serves), owner: owner)
    ground.failing = try exampleService(root: folder + "/nowhere", serves: serves)
    let folder = folder
    ground.count = { thing in
      Self.marks(in: folder).count { $0.owner == thing.owner && $0.key == Self.key(thing) }
    }
    ground.vanish = { thing in
      for mark in Self.marks(in: folder) where mark.key == Self.key(thing) {
        try FileManager.default.removeItem(atPath: mark.path)
      }
    }
    ground.stranger = ForeignResource(
      make: { identity in
        try FileManager.default.createDirectory(
          atPath: "\(folder)/\(identity.name)", withIntermediateDirectories: false)
      },
      exists: { FileManager.default.fileExists(atPath: "\(folder)/\($0.name)") },
      remove: { try FileManager.default.removeItem(atPath: "\(folder)/\($0.name)") })
    return ground
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
  /// The letter that the kernel has for a process; empty: there is none.
  static func state(_ pid: Int32) -> String {
    let line = proc(pid, "stat")
    guard let end = line.lastIndex(of: ")") else { return "" }
    return String(line[end...].dropFirst(2).prefix(1))
  }

  /// Every process of the machine.
  static var numbers: [Int32] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
  }
}
