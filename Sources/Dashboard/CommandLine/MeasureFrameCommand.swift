import ArgumentParser
import DeploymentEngine

/// Prints what one frame costs, for `make bench`. The cells are made, not sent.
struct MeasureFrameCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "measure-frame", abstract: "Print what one frame costs.", shouldDisplay: false)

  @Option(help: "So many deployments.") var deployments = 10_000
  @Option(help: "So many frames.") var frames = 500

  func perform(_ context: CommandContext) throws(CommandFailure) {
    let size = Size(width: 120, height: 36)
    var model = ScreenModel(
      settings: ScreenSettings(place: "bench", actor: "bench", session: "bench"),
      now: MeasuredPool.time)
    model.live = Catalog(MeasuredPool.state(of: max(1, deployments)))
    model.sequence = 0
    let clock = ContinuousClock()
    var times: [Duration] = []
    for _ in 0..<max(1, frames) {
      times.append(clock.measure { _ = model.view(size, glyphs: .unicode) })
    }
    times.sort()
    let middle = times[times.count / 2] / .microseconds(1)
    let late = times[times.count * 99 / 100] / .microseconds(1)
    try context.answer(
      text: "a frame at 120x36 among \(deployments) deployments: median \(Int(middle)) us, "
        + "99th of 100 \(Int(late)) us, of \(times.count) frames\n")
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
      placement: placements[number % 3], phase: .usable(nil), osState: .usable, publication: nil,
      because: "measured", at: time.utc)
    deployment.ip = SafeText("10.0.\(number / 250 % 250).\(number % 250)")
    if number % 50 == 0 {
      deployment.phase = .error(Failed(.setReady, .permanent))
      deployment.reason = "setReady: the machine was erased"
    }
    return deployment
  }
}
