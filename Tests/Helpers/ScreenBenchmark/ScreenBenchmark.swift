import DashboardScreen
import DeploymentEngine
import DeploymentInterface
import SafeTexts
import TerminalCells

/// Prints the time that one frame and one letter of a filter take, for `make bench`. It computes
/// the cells and does not send them.
@main enum ScreenBenchmark {
  private static let deployments = 10_000
  private static let frames = 500

  static func main() {
    let size = Size(width: 120, height: 36)
    var model = ScreenModel(
      settings: ScreenSettings(place: "bench", actor: "bench", session: "bench"),
      now: MeasuredPool.time)
    model.live = Catalog(MeasuredPool.state(of: deployments))
    model.sequence = 0
    let frame = measure(frames) { _ in _ = model.view(size, glyphs: .unicode) }
    let words = ["l", "la", "lab-", "lab-9", "user:u", "err", "10.0.7", "!err 10."]
    let filters = words.map { Filter($0) }
    let letter = measure(frames / 10) { turn in
      model.filter = filters[turn % filters.count]
      model.narrow()
    }
    print("a frame at 120x36 among \(deployments) deployments: \(frame) frames")
    print("a letter typed into their filter: \(letter) letters")
  }

  /// Repeats something, and describes the times that it took.
  private static func measure(_ count: Int, _ act: (Int) -> Void) -> String {
    let clock = ContinuousClock()
    let times = (0..<count).map { turn in clock.measure { act(turn) } }.sorted()
    let middle = Int(times[times.count / 2] / .microseconds(1))
    let late = Int(times[times.count * 99 / 100] / .microseconds(1))
    return "median \(middle) us, 99th of 100 \(late) us, of \(count)"
  }
}

/// A pool with everything in it, without an engine or a store.
enum MeasuredPool {
  static let time = EngineTime(
    moment: Moment(milliseconds: 0), utc: Timestamp(milliseconds: 1_700_000_000_000))

  static func state(of count: Int) -> StoredState {
    var state = StoredState()
    state.providers = [ProviderRecord(name: "here", limits: ProviderLimits())]
    var pool = Pool(
      id: PoolID(1), name: "lab", provider: "here", sizes: Sizes(l1: count, l2: count, max: count))
    pool.traits = ServiceTraits(cacheLevels: .l1AndL2)
    state.pools = [pool]
    state.deployments = (1...count).map { deployment(number: $0) }
    return state
  }

  private static func deployment(number: Int) -> Deployment {
    let placements: [Placement] = [
      .cache(.l1, reservedFor: nil), .cache(.l2, reservedFor: nil),
      .assigned(SafeText("user\(number)")),
    ]
    var deployment = Deployment(
      id: DeploymentID(Int64(number)), pool: PoolID(1), identity: Identity(name: "lab-\(number)"),
      placement: placements[number % 3], phase: .usable(nil), guest: .ready(), publication: nil,
      because: "measured", at: time.utc)
    deployment.ip = SafeText("10.0.\(number / 250 % 250).\(number % 250)")
    if number % 50 == 0 {
      deployment.load(.error(Failed(.setReady, .permanent)))
      deployment.reason = "setReady: the machine was erased"
    }
    return deployment
  }
}
