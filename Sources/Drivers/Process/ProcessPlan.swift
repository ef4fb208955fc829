import DeploymentInterface
import Glibc
import SafeTexts

/// The settings of a process service, from its parameters.
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
      throw .init("command", "$PORT is used, but there is no port: write port: auto")
    }
    for pair in environment {
      if let wrong = Self.problem(withVariable: pair.key) {
        throw .init("environment", SafeText("environment contains \(pair.key), \(wrong)"))
      }
    }
    let texts = command + environment.map(\.value) + [workingDirectory ?? "", log ?? ""]
    if texts.contains(where: { $0.utf8.contains(0) }) {
      throw .init("command", "a text for a process cannot contain a NUL character")
    }
    for (name, path) in [("workingDirectory", workingDirectory), ("log", log)] {
      if let path, !path.hasPrefix("/") {
        throw .init(name, SafeText("\(name) must be an absolute path, not \(path)"))
      }
    }
    if readyWithin < .milliseconds(1) {
      throw .init(
        "readyWithin", SafeText("readyWithin must be at least 1ms, not \(readyWithin)"))
    }
  }

  private static func problem(withVariable name: String) -> String? {
    if name.isEmpty || name.utf8.contains(0) || name.contains("=") {
      return "which is not a valid variable name"
    }
    let marks = [
      OwnershipTag.ownerVariable, OwnershipTag.deploymentVariable, OwnershipTag.uniqueIDVariable,
    ]
    return marks.contains(name) ? "which the driver uses to recognise its processes" : nil
  }
}

extension ProcessPlan {
  /// The parameters of a pool's `service`.
  static let parameters: [Parameter] = [
    .init(
      "command", .list(of: nil), isRequired: true,
      "The program and its arguments, run without a shell; `$PORT` and `$NAME` are replaced."),
    .init(
      "port", .choice(["auto"]),
      "`auto` reserves a TCP port for each deployment, which is ready when it accepts there."),
    .init(
      "environment", .map,
      "Variables in addition to the engine's own; `$PORT` and `$NAME` are replaced."),
    .init("workingDirectory", .text, "The working directory; by default the engine's."),
    .init(
      "log", .text,
      "A file to which its output is appended; `$NAME` is replaced. "
        + "Its size is not limited. Without a log, output is discarded."
    ),
    .init(
      "readyWithin", .duration, default: "30s", "How long the port may take to accept."),
    .init(
      "stopSignal", .choice(StopSignal.allCases.map(\.rawValue)), default: "TERM",
      "The signal that asks it to end."),
    .init(
      "stopWithin", .duration, default: "5s", "How long it may take to end before it is killed."),
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
