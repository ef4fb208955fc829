import Foundation
import TestSupport

/// A place of its own for one test: a folder with configuration, store and home, and everything
/// that the test starts. All of it is gone afterwards, also after a failure.
///
/// Whatever is started here inherits one mark in its environment, deployments included; the end
/// kills what carries it, by process id.
final class CommandEnvironment {
  /// The name of the mark in the environment.
  static let mark = "DASHBOARD_TEST_PLACE"

  let folder: String
  var config: String { folder + "/config.yaml" }
  /// Where the configuration puts the store; to be changed before it is written.
  var store: String
  private var children: [Child] = []
  private var outputs = 0
  private var lastEngine = 0

  private init() throws {
    let parent = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
    folder = "\(parent)/dashboard-test-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    store = folder + "/store.sqlite"
    try FileManager.default.createDirectory(
      atPath: folder + "/home", withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
  }

  /// Runs a test in a place of its own.
  static func with<Result>(
    _ configuration: String? = nil, _ test: (CommandEnvironment) throws -> Result
  ) throws -> Result {
    let place = try CommandEnvironment()
    defer { place.clear() }
    if let configuration { try place.configure(configuration) }
    return try test(place)
  }

  /// Writes the configuration: the store of this place, then the text, in which `$PLACE` is this
  /// folder and `$SERVER` the command of a small server that listens on `$PORT`.
  func configure(_ text: String) throws {
    let server = folder + "/server.py"
    try write(
      """
      import socket, sys
      listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
      while True:
          listener.accept()[0].close()

      """, to: server)
    let command = "[\(Program.python), -S, \(server), $PORT]"
    let filled = text.replacingOccurrences(of: "$SERVER", with: command)
      .replacingOccurrences(of: "$PLACE", with: folder)
    try write("store: \(store)\n" + filled, to: config)
  }

  func write(_ text: String, to path: String) throws {
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// What the program finds in its environment beyond that of every place.
  var added: [String: String] = [:]

  /// All that a program sees of the outside.
  var environment: [String: String] {
    [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
      "HOME": folder + "/home", "XDG_STATE_HOME": folder + "/state",
      "XDG_CONFIG_HOME": folder + "/home/config", "TMPDIR": folder, "LC_ALL": "C.UTF-8",
      "TZ": "UTC", Self.mark: folder,
    ]
  }

  // MARK: Commands

  /// Starts the program in the background.
  func start(_ arguments: [String], environment more: [String: String] = [:]) throws -> Child {
    outputs += 1
    let child = try Child(
      Program.path, arguments,
      environment: environment.merging(added) { $1 }.merging(more) { $1 },
      output: outputFile(outputs), errors: errorFile(outputs))
    children.append(child)
    return child
  }

  /// Runs one command of the program, on the configuration of this place, to its end.
  @discardableResult
  func dashboard(_ arguments: String...) throws -> Answer {
    try run(arguments + ["--config", config])
  }

  /// Runs the program to its end with exactly these arguments.
  func run(
    _ arguments: [String], environment more: [String: String] = [:], within seconds: Int = 60
  ) throws -> Answer {
    let running = try begin(arguments, environment: more)
    return try eventually("the end of dashboard \(arguments)", within: seconds) {
      finished(running)
    }
  }

  /// A command that has not been waited for.
  struct Running {
    fileprivate let child: Child
    fileprivate let number: Int
  }

  /// Starts a command whose answer is wanted later.
  func begin(_ arguments: [String], environment more: [String: String] = [:]) throws -> Running {
    let child = try start(arguments, environment: more)
    return Running(child: child, number: outputs)
  }

  /// The answer of a command; nil while it runs.
  func finished(_ running: Running) -> Answer? {
    guard let code = running.child.ended() else { return nil }
    children.removeAll { $0.pid == running.child.pid }
    return Answer(
      code: code, output: read(outputFile(running.number)), errors: read(errorFile(running.number)))
  }

  /// Starts `dashboard engine` and waits until it answers.
  @discardableResult
  func engine() throws -> Child {
    let child = try start(["engine", "--config", config])
    let number = outputs
    lastEngine = number
    _ = try eventually(
      "the engine runs", seen: { read(errorFile(number)) },
      answer: {
        if let code = child.ended() {
          throw TooLate(description: "the engine ended with \(code): \(read(errorFile(number)))")
        }
        return try dashboard("pools", "--json").code == 0 ? true : nil
      })
    return child
  }

  /// Kills a process that this place started, and waits until it is gone.
  func kill(_ child: Child, _ signal: Int32 = SIGKILL) throws {
    child.signal(signal)
    _ = try child.end()
    children.removeAll { $0.pid == child.pid }
  }

  /// What the last engine wrote.
  func engineLog() -> String { read(errorFile(lastEngine)) }

  private func outputFile(_ number: Int) -> String { "\(folder)/output-\(number)" }
  private func errorFile(_ number: Int) -> String { "\(folder)/errors-\(number)" }
  func read(_ path: String) -> String {
    (FileManager.default.contents(atPath: path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// Runs SQL on the store behind the program's back.
  func sqlite(_ statements: String) throws {
    let code = """
      import sqlite3, sys
      store = sqlite3.connect(sys.argv[1])
      store.executescript(sys.argv[2])
      store.close()
      """
    let child = try Child(
      Program.python, ["-c", code, store, statements], environment: environment)
    guard try child.end() == 0 else { throw TooLate(description: "SQL failed: \(statements)") }
  }

  // MARK: What there is

  func deployments(history: Bool = false) throws -> [ShownDeployment] {
    let answer =
      history
      ? try dashboard("deployments", "--json", "--all") : try dashboard("deployments", "--json")
    guard answer.code == 0 else { throw TooLate(description: "deployments: \(answer)") }
    return try answer.json()
  }

  func pool(_ name: String) throws -> ShownPool {
    let answer = try dashboard("pools", "--json")
    guard answer.code == 0,
      let pool = try answer.json([ShownPool].self).first(where: { $0.name == name })
    else { throw TooLate(description: "no pool \(name): \(answer)") }
    return pool
  }

  /// The leaders of the process groups that are deployments of this place, by the deployment's
  /// name.
  func groups() -> [String: [Processes.One]] {
    let marked = Processes.all(with: Self.mark, folder)
      .filter { $0.environment["DASHBOARD_OWNER"] != nil && $0.pid == $0.group }
    // The mark is the number and the name: `d17/web-004`.
    return Dictionary(grouping: marked) { process in
      let mark = process.environment["DASHBOARD_DEPLOYMENT"] ?? ""
      return mark.split(separator: "/").last.map(String.init) ?? ""
    }
  }

  /// The processes of the program itself in this place.
  func dashboards() -> [Processes.One] {
    Processes.all(with: Self.mark, folder).filter { $0.name == "dashboard" }
  }

  // MARK: The end

  private func clear() {
    // More than one round: what is being started while we look appears in the next.
    for _ in 0..<100 {
      let left = Processes.all(with: Self.mark, folder)
      for process in left { Glibc.kill(process.pid, SIGKILL) }
      children.removeAll { $0.ended() != nil }
      if left.isEmpty, children.isEmpty { break }
      pass(milliseconds: 10)
    }
    try? FileManager.default.removeItem(atPath: folder)
  }
}
