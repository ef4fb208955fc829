import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts

/// Why a scenario cannot be read.
struct ScenarioProblem: Error, CustomStringConvertible {
  var description: String
  init(_ line: Substring, _ problem: String) { description = "`\(line)`: \(problem)" }
}

/// One line of a scenario.
enum ScenarioLine {
  /// A comment, or an empty line.
  case remark(Substring)
  /// A line of the configuration.
  case setting(Substring)
  /// Something that happens at a time since the start.
  case input(Substring, at: TimeSpan, ScenarioInput)
}

/// What can happen in a scenario.
enum ScenarioInput {
  /// The engine reads the configuration.
  case start
  /// Nothing but what is due.
  case wait
  case request(Verb)
  /// The call in flight on a deployment returns.
  case answer(Int64, TaskState)
  /// An agent reports something from inside a deployment.
  case report(Int64, GuestEvent)
  /// From now on, a method of the driver behaves like this.
  case driver(Method, Behaviour)
}

/// Reads scenarios. A text has a configuration first:
///
///     provider preparing=1 removing=1
///     pool lab initial=1 l1=2 l2=1 max=5 levels=L1+L2 publishes os onLogout=remove
///     driver METHOD finishes | never answers | runs N | fails permanent|transient|unknown REASON
///
/// then lines that begin with the time since the start (`0s`, `90s`, `10m`), below each of which
/// the results stand, indented by two spaces.
struct ScenarioReader {
  private static let methods: [Substring: Method] = [
    "deployForCache": .deployForCache, "deployForUser": .deployForUser,
    "moveToCache": .moveToCache, "setReady": .setReady, "notifyReady": .notifyReady,
    "cancel": .cancel, "destroy": .destroy, "publish": .publish, "checkState": .checkState,
  ]

  /// The lines of a scenario, without the results.
  static func lines(of text: String) throws(ScenarioProblem) -> [ScenarioLine] {
    var lines: [ScenarioLine] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    where !line.hasPrefix("  ") {
      lines.append(try read(line))
    }
    return lines
  }

  private static func read(_ line: Substring) throws(ScenarioProblem) -> ScenarioLine {
    guard let first = line.split(separator: " ").first, !line.hasPrefix("#") else {
      return .remark(line)
    }
    if ["provider", "pool", "driver"].contains(first) { return .setting(line) }
    guard let time = TimeSpan(parsing: String(first)) else {
      throw ScenarioProblem(line, "it does not begin with a time such as 5s")
    }
    let words = line.dropFirst(first.count).split(separator: " ")
    return .input(line, at: time, try input(words, line))
  }

  private static func input(
    _ words: [Substring], _ line: Substring
  ) throws(ScenarioProblem) -> ScenarioInput {
    switch (words.first, words.count) {
    case ("start", 1): return .start
    case ("wait", 1): return .wait
    case ("driver", 3...):
      let (method, behaviour) = try driver(words.dropFirst(), line)
      return .driver(method, behaviour)
    default: break
    }
    if words.count >= 3, let id = DeploymentID(parsing: words[0])?.number {
      switch words[1] {
      case "answers": return .answer(id, try answer(words.dropFirst(2), line))
      case "reports": return .report(id, try report(words.dropFirst(2), line))
      default: break
      }
    }
    return .request(try ScenarioRequest(line: line).verb(words))
  }

  /// The method and the behaviour of a line about the driver.
  static func driver(
    _ words: ArraySlice<Substring>, _ line: Substring
  ) throws(ScenarioProblem) -> (Method, Behaviour) {
    guard let name = words.first, let method = methods[name] else {
      throw ScenarioProblem(line, "there is no such method")
    }
    let rest = words.dropFirst()
    switch (rest.first, rest.dropFirst().first) {
    case ("finishes", nil): return (method, .finish)
    case ("never", "answers"): return (method, .hang)
    case ("runs", let times?):
      guard let count = Int(times) else { throw ScenarioProblem(line, "runs how many times?") }
      return (method, .run(count))
    case ("fails", _):
      let failure = try failure(rest.dropFirst(), line)
      return (method, .fail(failure.kind, failure.reason.text))
    default: throw ScenarioProblem(line, "it finishes, never answers, runs or fails")
    }
  }

  private static func answer(
    _ words: ArraySlice<Substring>, _ line: Substring
  ) throws(ScenarioProblem) -> TaskState {
    switch words.first {
    case "running": return .running
    case "finished": return .finished
    case "error": return .error(try failure(words.dropFirst(), line))
    default: throw ScenarioProblem(line, "an answer is running, finished or error")
    }
  }

  private static func failure(
    _ words: ArraySlice<Substring>, _ line: Substring
  ) throws(ScenarioProblem) -> DeploymentFailure {
    let kinds: [Substring: FailureClass] = [
      "permanent": .permanent, "transient": .transient, "unknown": .unknown,
    ]
    guard let word = words.first, let kind = kinds[word], words.count > 1 else {
      throw ScenarioProblem(line, "a failure has a class and a reason")
    }
    return DeploymentFailure(kind, SafeText(words.dropFirst().joined(separator: " ")))
  }

  private static func report(
    _ words: ArraySlice<Substring>, _ line: Substring
  ) throws(ScenarioProblem) -> GuestEvent {
    let rest = words.dropFirst().first.map { SafeText(String($0)) }
    switch (words.first, rest) {
    case ("ready", nil): return .ready(nil)
    case ("login", let user?): return .login(user)
    case ("logout", let user?): return .logout(user)
    case ("ip", let address?): return .ip(address)
    default: throw ScenarioProblem(line, "a report is ready, login, logout or ip")
    }
  }
}

/// Reads a request as a scenario writes it, which is nearly as the command line does.
struct ScenarioRequest {
  let line: Substring

  func verb(_ words: [Substring]) throws(ScenarioProblem) -> Verb {
    guard words.count > 1 else { throw ScenarioProblem(line, "it is nothing that can happen") }
    if let id = DeploymentID(parsing: words[1]) { return try deployment(id, words) }
    let name = SafeText(String(words[1]))
    switch (words[0], words.dropFirst(2).first) {
    case ("assign", let user?): return .assignFromPool(name, user: SafeText(String(user)))
    case ("publish", nil): return .publish(name)
    case ("pause", nil): return .pause(name)
    case ("resume", nil): return .resume(name)
    case ("lift", nil): return .lift(name)
    case ("resize", _?): return .resize(name, try sizes(words.dropFirst(2)))
    case ("maintenance", "on"): return .maintenance(name, true)
    case ("maintenance", "off"): return .maintenance(name, false)
    default: throw ScenarioProblem(line, "it is nothing that can happen")
    }
  }

  private func deployment(
    _ id: DeploymentID, _ words: [Substring]
  ) throws(ScenarioProblem) -> Verb {
    switch (words[0], words.dropFirst(2).first) {
    case ("assign", let user?): return .assign(id, user: SafeText(String(user)))
    case ("move", "L1"): return .move(id, to: .l1)
    case ("move", "L2"): return .move(id, to: .l2)
    case ("cancel", nil): return .cancel(id)
    case ("destroy", nil): return .destroy(id)
    case ("ready", nil): return .ready(id)
    case ("release", nil): return .release(id)
    case ("retry", nil): return .retry(id)
    case ("forget", nil): return .forget(id)
    case ("undo", nil): return .undo(id)
    default: throw ScenarioProblem(line, "it is nothing that can happen")
    }
  }

  private func sizes(_ words: ArraySlice<Substring>) throws(ScenarioProblem) -> SizeOverrides {
    var sizes = SizeOverrides()
    for word in words {
      let parts = word.split(separator: "=")
      guard parts.count == 2, let size = Int(parts[1]) else {
        throw ScenarioProblem(line, "`\(word)` is not a size")
      }
      switch parts[0] {
      case "initial": sizes.initial = size
      case "l1": sizes.l1 = size
      case "l2": sizes.l2 = size
      case "max": sizes.max = size
      default: throw ScenarioProblem(line, "`\(parts[0])` is not a size")
      }
    }
    return sizes
  }
}
