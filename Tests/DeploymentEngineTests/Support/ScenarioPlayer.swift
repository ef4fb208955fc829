import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts

/// Plays a scenario in a world and writes below each of its lines what it led to: what the engine
/// replied, what it stored, and which calls it made, in this order for each step.
final class ScenarioPlayer {
  private var setup = ScenarioSetup()
  private var world: World?
  private var shown: [String: String] = [:]
  private var results: [String] = []
  private var time = TimeSpan.zero
  /// The answer in the scenario's own line is not repeated below it.
  private var hidesAnswer = false

  /// - Returns: the same text with the results as they are now.
  static func play(_ text: String) throws(ScenarioProblem) -> String {
    let player = ScenarioPlayer()
    var lines: [String] = []
    for line in try ScenarioReader.lines(of: text) {
      switch line {
      case .remark(let remark): lines.append(String(remark))
      case .setting(let setting):
        try player.setup.read(setting)
        lines.append(String(setting))
      case .input(let input, let time, let event):
        lines += try player.wait(until: time, input)
        lines.append(String(input))
        lines += player.play(event)
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Lets the time pass until a line.
  private func wait(
    until time: TimeSpan, _ line: Substring
  ) throws(ScenarioProblem) -> [String] {
    let world = self.world ?? begin()
    results = []
    guard world.elapsed <= time else { throw ScenarioProblem(line, "it is later already") }
    world.run(for: TimeSpan(milliseconds: time.milliseconds - world.elapsed.milliseconds))
    note()
    self.time = time
    return results
  }

  private func play(_ input: ScenarioInput) -> [String] {
    guard let world else { return [] }
    results = []
    switch input {
    case .start: setup.start(world)
    case .wait: break
    case .driver(let method, let behaviour): world.driver.always(method, behaviour)
    case .request(let verb): take(world.ask(verb))
    case .report(let number, let event): take(world.hear(event, from: number))
    case .answer(let number, let answer):
      hidesAnswer = true
      world.answer(number, answer)
    }
    world.drain()
    note()
    return results
  }

  private func begin() -> World {
    let world = setup.world
    self.world = world
    world.follow { [unowned self] line in hear(line) }
    return world
  }

  /// A line of the trace. Tasks and their answers are results; the journal and notices are not.
  private func hear(_ line: String) {
    note()
    guard let words = line.firstRange(of: " driver ") else { return }
    let rest = line[words.upperBound...]
    let isAnswer = rest.hasPrefix("answers ")
    guard isAnswer || rest.hasPrefix("is called: "), rest != "is called: its notices" else {
      return
    }
    if isAnswer, hidesAnswer {
      hidesAnswer = false
      return
    }
    let subject = line[..<words.lowerBound].split(separator: " ").last ?? ""
    add("\(subject) \(rest)")
  }

  private func take(_ reply: Reply) {
    // It stands before what follows from the request, though the engine has already acted.
    switch reply {
    case .accepted(let id?, _): results.insert("  accepted: \(id)", at: 0)
    case .accepted(nil, _): results.insert("  accepted", at: 0)
    case .refused(let refusal): results.insert("  refused: \(refusal.sentence)", at: 0)
    }
  }

  private func add(_ result: String) {
    guard let world else { return }
    results.append("  " + (world.elapsed == time ? "" : "at \(world.elapsed) ") + result)
  }

  /// Writes down what has changed.
  private func note() {
    guard let world else { return }
    let states = world.states
    for (name, state) in states where shown[name] != state {
      shown[name] = state
      if !state.isEmpty { add("\(name) \(state)") }
    }
    let names = Set(states.map(\.0))
    for name in shown.keys.sorted() where !names.contains(name) {
      shown[name] = nil
      add("\(name) gone")
    }
  }
}

extension World {
  /// Everything that a scenario shows, by name; an empty text is not worth a line.
  fileprivate var states: [(String, String)] {
    engine.pools.map { ("pool \($0.name)", $0.word) }
      + engine.publications.map { ("publication \($0.revision)", $0.word) }
      + engine.deployments.map { ("\($0.id)", $0.words) }
      + engine.waiters.map { ("\($0.user)", "waits") }
  }
}

extension Pool {
  fileprivate var word: String {
    switch state {
    case .active: ""
    case .restrained: "restrained: \(restraint?.reason ?? "")"
    case .paused, .maintenance: state.rawValue
    }
  }
}

extension PublicationRecord {
  fileprivate var word: String { state.rawValue + (reason.map { ": \($0)" } ?? "") }
}

extension Deployment {
  fileprivate var words: String {
    if phase.isHistory { return state.rawValue }
    var words = [state.rawValue]
    switch placement {
    case .cache(let level, nil): words[0] += " at \(level.rawValue)"
    case .cache(let level, let user?):
      words[0] += " at \(level.rawValue)"
      words.append("reserved for \(user)")
    case .assigned(let user, _): words.append("assigned to \(user)")
    }
    if isWaitingForOS { words.append("waiting for OS") }
    if cancelRequested { words.append("cancel requested") }
    if isLetIn { words.append("let in") }
    if inUse { words.append("in use") }
    return words.joined(separator: ", ") + (reason.map { ": \($0)" } ?? "")
  }
}
