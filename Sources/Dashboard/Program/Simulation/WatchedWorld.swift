import DashboardScreen
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineSimulation
import EngineStore
import SafeTexts

/// A simulated world for the screen, which can run at various speeds, step by event, and step back:
/// the seed reproduces every state.
final class WatchedWorld {
  /// The speeds, as multiples of real time.
  static let speeds: [Int64] = [1, 10, 60, 300, 1000, 3600, 10_000]
  private static let usualSpeed = 2

  private let simulation: Simulation
  private var run: SimulatedRun
  /// Number of advances of the run, and those of them that added to the journal.
  private var advances = 0
  private var journalSteps: [Int] = []
  /// Simulated time that is still to pass; if negative, the time by which the last event was ahead.
  private var pendingTime = TimeSpan.zero
  private var speed = usualSpeed

  private(set) var isPaused = false
  private var requestCount = 0
  /// Whether the user has sent requests, so that the seed alone no longer decides the run.
  var isTouched: Bool { requestCount > 0 }
  /// Grows with each change, and decreases when the world steps back.
  var sequence: Int64 { Int64(advances + requestCount) + 1 }

  /// - Parameter start: simulated time to skip.
  init(_ simulation: Simulation, from start: TimeSpan) {
    self.simulation = simulation
    run = SimulatedRun(simulation)
    run.world.records = true
    while run.world.elapsed < start, advance() {}
  }

  /// The violation that has ended the run, if any.
  var complaint: Violation? { run.result.complaint }
  var isOver: Bool { run.stage == .over }
  var result: Simulation.Result { run.result }

  /// The state of the simulated store, with due times on the real monotonic clock.
  func snapshot(at moment: Moment) -> StoreSnapshot {
    let now = time(at: moment)
    return StoreSnapshot(
      sequence: sequence, storeID: "seed \(simulation.seed)", state: run.world.store.state(at: now),
      now: now.utc)
  }

  /// The simulated wall clock at a moment of the real monotonic clock. An event is shown as soon as
  /// it is known, and the clock follows.
  func time(at moment: Moment) -> EngineTime {
    let ahead = min(pendingTime, .zero)
    return EngineTime(moment: moment, utc: run.world.now.utc + ahead)
  }

  /// The time zone in which the first simulated day begins at midnight.
  var zone: Zone {
    let sinceMidnight = EngineTime.start.utc.milliseconds / 1000 % 86_400
    return Zone(offset: -Int(sinceMidnight), name: "there")
  }

  /// Why the simulated store cannot be written at the moment; nil if it can.
  var storeTrouble: SafeText? {
    run.world.storeFails ? "the simulated store cannot be written" : nil
  }

  /// The text for the header.
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

  /// Lets a span of real time pass. Simulated time that does not fit into `budget` is dropped.
  ///
  /// - Returns: whether any event has happened.
  func pass(_ span: TimeSpan, budget: TimeSpan, clock: () -> Moment) -> Bool {
    guard !isPaused, !isOver else { return false }
    pendingTime = pendingTime + .milliseconds(span.milliseconds * Self.speeds[speed])
    let end = clock() + budget
    var hasHappened = false
    while pendingTime >= .zero {
      let before = run.world.elapsed
      guard advance() else { break }
      hasHappened = true
      pendingTime =
        pendingTime + .milliseconds(before.milliseconds - run.world.elapsed.milliseconds)
      if clock() >= end { pendingTime = min(pendingTime, .zero) }
    }
    if isOver { isPaused = true }
    return hasHappened
  }

  /// Advances to the next event; returns false if the run is over.
  private func advance() -> Bool {
    let entries = run.world.journal.count
    guard run.advance() else { return false }
    advances += 1
    if run.world.journal.count > entries { journalSteps.append(advances) }
    return true
  }

  func togglePause() { isPaused.toggle() }

  func faster() { speed = min(speed + 1, Self.speeds.count - 1) }
  func slower() { speed = max(speed - 1, 0) }

  /// Maximum number of events without a journal entry that a step skips.
  private static let longestStep = 100_000

  /// Advances to the next event with a journal entry and pauses.
  func step() {
    isPaused = true
    pendingTime = .zero
    let entries = journalSteps.count
    for _ in 0..<Self.longestStep where journalSteps.count == entries {
      guard advance() else { return }
    }
  }

  /// Returns to the previous event with a journal entry and pauses; returns false at the start, or
  /// after requests of the user.
  func stepBack() -> Bool {
    guard !isTouched, let now = journalSteps.last else { return false }
    isPaused = true
    pendingTime = .zero
    let goal = journalSteps.last { $0 < now } ?? 0
    run = SimulatedRun(simulation)
    run.world.records = true
    advances = 0
    journalSteps = []
    while advances < goal, advance() {}
    return true
  }

  /// The latest event, as text.
  var latest: SafeText? {
    run.world.journal.last.map { entry in
      let subject = entry.deployment.map { "\($0): " } ?? ""
      return SafeText("\(subject)\(entry.message)")
    }
  }

  // MARK: Requests and reads

  /// Sends a request to the simulated engine; nil if its store fails or the run is over.
  func ask(_ request: Request) -> Reply? {
    guard !run.world.storeFails, !isOver else { return nil }
    requestCount += 1
    return run.world.step(.request(request)).answers.first { $0.key == request.key }?.reply
  }

  /// Journal entries, oldest first: all after a sequence number, or the last `limit`.
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
