import Foundation
import Glibc
import TestSupport

// Root is bound by no limit of processes, so the whole program is run as another user.
extension OtherUser {
  /// Not by its name, which not every system has.
  static let name = "\(number):\(number)"
  private static let become = ["--reuid=\(number)", "--regid=\(number)", "--clear-groups"]

  /// Whether the program can be run as this user here; says why not, once.
  static let isPossible: Bool = {
    do {
      return try with { place in
        let answer = try run([place.folder + "/dashboard", "--version"], in: place)
        if answer.code != 0 { print("another user: \(answer)") }
        return answer.code == 0
      }
    } catch {
      print("another user: \(error)")
      return false
    }
  }()

  /// Runs a test in a place that belongs to that user, with the program in it: where it was built,
  /// that user may not be able to look.
  static func with<Result>(_ test: (CommandEnvironment) throws -> Result) throws -> Result {
    try CommandEnvironment.with { place in
      try FileManager.default.copyItem(
        atPath: Program.path, toPath: place.folder + "/dashboard")
      try place.tool("chown", "-R", name, place.folder)
      return try test(place)
    }
  }

  /// Runs a command line as this user.
  static func run(_ words: [String], in place: CommandEnvironment) throws -> Answer {
    let (output, errors) = (place.folder + "/other-output", place.folder + "/other-errors")
    let child = try Child(
      "setpriv", become + words, environment: place.environment, output: output, errors: errors)
    return Answer(code: try child.end(), output: place.read(output), errors: place.read(errors))
  }

  /// How many processes and threads all of this user's may be before this process may start no
  /// more; nil: as many as ever. The user does it, as root may be kept from it.
  static func limitProcesses(of process: Child, to count: Int?, in place: CommandEnvironment) throws
  {
    let limits = try String(contentsOfFile: "/proc/\(process.pid)/limits", encoding: .utf8)
    let line = limits.split(separator: "\n").first { $0.hasPrefix("Max processes") } ?? ""
    let most = line.split(separator: " ").dropLast().last.map(String.init) ?? "unlimited"
    let value = count.map(String.init) ?? most
    let answer = try run(["prlimit", "--pid", "\(process.pid)", "--nproc=\(value):"], in: place)
    guard answer.code == 0 else { throw TooLate(description: "no limit: \(answer)") }
  }

  /// Starts an engine as this user, and waits until it answers.
  static func engine(in place: CommandEnvironment) throws -> Child {
    let errors = place.folder + "/other-errors"
    let child = try Child(
      "setpriv", become + [place.folder + "/dashboard", "engine", "--config", place.config],
      environment: place.environment, errors: errors)
    _ = try eventually("the engine runs", seen: { place.read(errors) }) {
      if let code = child.ended() {
        throw TooLate(description: "the engine ended with \(code): \(place.read(errors))")
      }
      return try place.dashboard("pools", "--json").code == 0 ? true : nil
    }
    return child
  }
}
