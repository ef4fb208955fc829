import DashboardScreen
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineSimulation
import EngineStore
import SafeTexts

/// A simulated world that is looked at while it is lived through: as fast as is wished, event by
/// event, and back to any of them, since one seed is always the same life.
final class WatchedWorld {
  /// How many times faster than here time passes there.
  static let speeds: [Int64] = [1, 10, 60, 300, 1000, 3600, 10_000]
  private static let usualSpeed = 2

  private let simulation: Simulation
  private var run: SimulatedRun
  /// How often the run was advanced, and at which of those times something was told.
  private var advances = 0
  private var tellings: [Int] = []
  /// What is still to be lived through; below zero: what the last event was ahead.
  private var owed = TimeSpan.zero
  private var speed = usualSpeed

  private(set) var isPaused = false
  private var asked = 0
  /// Somebody has asked for something: the seed alone no longer says what happens.
  var isTouched: Bool { asked > 0 }
  /// Grows with each change, and goes back with the world.
  var sequence: Int64 { Int64(advances + asked) + 1 }

  /// - Parameter start: how much of its time has passed already.
  init(_ simulation: Simulation, from start: TimeSpan) {
    self.simulation = simulation
    run = SimulatedRun(simulation)
    run.world.records = true
    while run.world.elapsed < start, live() {}
  }

  /// What is wrong with the engine, once something is.
  var complaint: Violation? { run.result.complaint }
  var isOver: Bool { run.stage == .over }
  var result: Simulation.Result { run.result }

  /// Everything that is stored there, with its due times on a clock of here.
  func snapshot(at moment: Moment) -> StoreSnapshot {
    let now = time(at: moment)
    return StoreSnapshot(
      sequence: sequence, storeID: "seed \(simulation.seed)", state: run.world.store.state(at: now),
      now: now.utc)
  }

  /// The time there, on the monotonic clock of here. What happens next is shown as soon as it is
  /// known; the clock follows.
  func time(at moment: Moment) -> EngineTime {
    let ahead = min(owed, .zero)
    return EngineTime(moment: moment, utc: run.world.now.utc + ahead)
  }

  /// In which the first day there begins at midnight.
  var zone: Zone {
    let sinceMidnight = EngineTime.start.utc.milliseconds / 1000 % 86_400
    return Zone(offset: -Int(sinceMidnight), name: "there")
  }

  /// Why nothing can be stored there at present; nil: it can.
  var storeTrouble: SafeText? {
    run.world.storeFails ? "the simulated store cannot be written" : nil
  }

  /// For the header.
  var pace: SafeText {
    let stage =
      switch run.stage {
      case .faults: ""
      case .quiet: ", without faults"
      case .over: ", over"
      }
    let clock = isPaused ? "paused" : "\(Self.speeds[speed])x"
    return "SIMULATION \(simulation.preset.rawValue) \(simulation.seed): \(clock)\(stage)"
  }

  // MARK: Time

  /// Lets so much time of here pass. What cannot be lived through in `budget` is left out.
  ///
  /// - Returns: whether anything has happened.
  func pass(_ span: TimeSpan, budget: TimeSpan, clock: () -> Moment) -> Bool {
    guard !isPaused, !isOver else { return false }
    owed = owed + .milliseconds(span.milliseconds * Self.speeds[speed])
    let end = clock() + budget
    var hasHappened = false
    while owed >= .zero {
      let before = run.world.elapsed
      guard live() else { break }
      hasHappened = true
      owed = owed + .milliseconds(before.milliseconds - run.world.elapsed.milliseconds)
      if clock() >= end { owed = min(owed, .zero) }
    }
    if isOver { isPaused = true }
    return hasHappened
  }

  /// Lets the next thing happen; false when it is over.
  private func live() -> Bool {
    let told = run.world.journal.count
    guard run.advance() else { return false }
    advances += 1
    if run.world.journal.count > told { tellings.append(advances) }
    return true
  }

  func turnPause() { isPaused.toggle() }

  func faster() { speed = min(speed + 1, Self.speeds.count - 1) }
  func slower() { speed = max(speed - 1, 0) }

  /// Events of which nothing is told are passed over, but not for ever.
  private static let longestStep = 100_000

  /// Goes on to the next thing that is told of, and stops there.
  func step() {
    isPaused = true
    owed = .zero
    let told = tellings.count
    for _ in 0..<Self.longestStep where tellings.count == told { guard live() else { return } }
  }

  /// Goes back to the thing before that was told of; false: there is none, or it is not known.
  func stepBack() -> Bool {
    guard !isTouched, let now = tellings.last else { return false }
    isPaused = true
    owed = .zero
    let goal = tellings.last { $0 < now } ?? 0
    run = SimulatedRun(simulation)
    run.world.records = true
    advances = 0
    tellings = []
    while advances < goal, live() {}
    return true
  }

  /// The latest event, for a sentence.
  var latest: SafeText? {
    run.world.journal.last.map { entry in
      let subject = entry.deployment.map { "\($0): " } ?? ""
      return SafeText("\(subject)\(entry.message)")
    }
  }

  // MARK: What is asked and read

  /// OutstandingRequests the engine there; nil: nothing can be stored now, so nobody answers.
  func ask(_ request: Request) -> Reply? {
    guard !run.world.storeFails, !isOver else { return nil }
    asked += 1
    return run.world.step(.request(request)).answers.first { $0.key == request.key }?.reply
  }

  /// Events, oldest first: after a number, or the last ones.
  func journal(_ deployment: DeploymentID?, after number: Int64?, limit: Int) -> [NumberedEntry] {
    let all = run.world.journal
    let first = number.map { min(Int($0), all.count) } ?? 0
    var found: [NumberedEntry] = []
    for index in all.indices.dropFirst(first).reversed()
    where deployment == nil || all[index].deployment == deployment {
      found.append(NumberedEntry(sequence: Int64(index) + 1, entry: all[index]))
      if number == nil, found.count >= limit { break }
    }
    return found.reversed()
  }
}
