import DeploymentInterface
import Glibc
import SafeTexts

/// What a process service starts and how, from its parameters.
struct ProcessPlan: Sendable {
  let command: [String]
  let usesPort: Bool
  let environment: [ParameterValue.Pair]
  let workingDirectory: String?
  let log: String?
  let readyWithin: TimeSpan
  let stopSignal: StopSignal
  let stopWithin: TimeSpan

  init(_ values: ParameterValues) throws(ParameterProblem) {
    let reader = try ParameterReader(values, of: "process", parameters: Self.parameters)
    command = reader.list("command")
    usesPort = reader.isGiven("port")
    environment = reader.map("environment")
    workingDirectory = reader.text("workingDirectory")
    log = reader.text("log")
    readyWithin = reader.duration("readyWithin")
    stopSignal = reader.text("stopSignal").flatMap(StopSignal.init(rawValue:)) ?? .term
    stopWithin = reader.duration("stopWithin")
    try check()
  }

  private func check() throws(ParameterProblem) {
    guard let program = command.first, !program.isEmpty else {
      throw .init("command", "command must name a program, as in [python3, -m, http.server]")
    }
    let template = ProcessTemplate(name: "", port: nil)
    for text in command + environment.map(\.value) where !usesPort && template.mentionsPort(text) {
      throw .init("command", "$PORT is mentioned, and there is no port: write port: auto")
    }
    for pair in environment {
      if let wrong = Self.problem(withVariable: pair.key) {
        throw .init("environment", SafeText("environment names \(pair.key), \(wrong)"))
      }
    }
    let texts = command + environment.map(\.value) + [workingDirectory ?? "", log ?? ""]
    if texts.contains(where: { $0.utf8.contains(0) }) {
      throw .init("command", "a text for a process cannot hold a NUL character")
    }
    for (name, path) in [("workingDirectory", workingDirectory), ("log", log)] {
      if let path, !path.hasPrefix("/") {
        throw .init(name, SafeText("\(name) must be a path from the root, and is \(path)"))
      }
    }
    if readyWithin < .milliseconds(1) {
      throw .init(
        "readyWithin", SafeText("readyWithin must be at least 1ms, and is \(readyWithin)"))
    }
  }

  private static func problem(withVariable name: String) -> String? {
    if name.isEmpty || name.utf8.contains(0) || name.contains("=") {
      return "which cannot be the name of a variable"
    }
    let marks = [
      OwnershipTag.ownerVariable, OwnershipTag.deploymentVariable, OwnershipTag.uniqueIDVariable,
    ]
    return marks.contains(name) ? "which is how its own processes are recognised" : nil
  }
}

extension ProcessPlan {
  /// What a pool's `service` may say.
  static let parameters: [Parameter] = [
    .init(
      "command", .list(of: nil), isRequired: true,
      "The program and its arguments; no shell. `$PORT` and `$NAME` are put in."),
    .init(
      "port", .choice(["auto"]),
      "`auto`: each holds a TCP port of this machine, and is ready when it accepts there."),
    .init(
      "environment", .map,
      "Variables besides the engine's own; `$PORT` and `$NAME` are put in."),
    .init("workingDirectory", .text, "Where it runs; else where the engine runs."),
    .init(
      "log", .text,
      "A file that its output is appended to, else nowhere; `$NAME` is put in. "
        + "Nothing limits its size."
    ),
    .init(
      "readyWithin", .duration, default: "30s", "How long it may take until its port accepts."),
    .init(
      "stopSignal", .choice(StopSignal.allCases.map(\.rawValue)), default: "TERM",
      "What asks it to end."),
    .init(
      "stopWithin", .duration, default: "5s", "How long it may take to end; then it is killed."),
  ]
}

/// A signal that asks a process to end.
enum StopSignal: String, CaseIterable, Sendable {
  case term = "TERM"
  case int = "INT"
  case hup = "HUP"
  case quit = "QUIT"
  case usr1 = "USR1"
  case usr2 = "USR2"
  case kill = "KILL"

  var number: Int32 {
    switch self {
    case .term: SIGTERM
    case .int: SIGINT
    case .hup: SIGHUP
    case .quit: SIGQUIT
    case .usr1: SIGUSR1
    case .usr2: SIGUSR2
    case .kill: SIGKILL
    }
  }
}
