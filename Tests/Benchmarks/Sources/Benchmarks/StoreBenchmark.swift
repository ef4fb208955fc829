import DeploymentEngine
import DeploymentInterface
import EngineStore
import Foundation
import GRDB
import SafeTexts

/// What a durable transition costs: the core decides it, the store commits it. Beside it, in the
/// same run and on the same disk, SQLite alone writes the same rows in the same transactions.
struct StoreBenchmark {
  private let folder: String
  private let lease: Lease
  private let store: Store
  private var plain: [PlainStore]
  private var world: World
  private let count: Int
  private var next = 0
  /// Time that was spent in the store.
  private var storing = Duration.zero

  static func run(deployments count: Int) throws {
    let folder = NSTemporaryDirectory() + "dashboard-benchmark-\(getpid())"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var benchmark = try StoreBenchmark(folder, count)
    try benchmark.measure()
    try benchmark.measureStart()
  }

  private init(_ folder: String, _ count: Int) throws {
    self.folder = folder
    self.count = count
    lease = try Lease.take(store: folder + "/store.sqlite")
    store = try Store(lease)
    world = World(filledTo: count)
    try Self.storeAll(of: world, in: store)
    let bodyBytes = try Self.bodyBytes(folder)
    var everything = Effects()
    everything.changes = world.engine.pools.map { .pool($0) }
    everything.changes += world.engine.deployments.map { .deployment($0) }
    plain = try PlainStore.Tables.allCases.map { tables in
      var plain = try PlainStore(
        folder, tables, like: folder + "/store.sqlite", bodyBytes: bodyBytes)
      try plain.write(everything)
      return plain
    }
  }

  /// What filling left in the core, stored as if it had been done in one commit.
  private static func storeAll(of world: World, in store: Store) throws {
    var outcome = Effects()
    let configuration = World.configuration(world.engine.deployments.count)
    outcome.changes = [.configuration(configuration)]
    outcome.changes += world.engine.providers.map { .provider($0) }
    outcome.changes += world.engine.pools.map { .pool($0) }
    outcome.changes += world.engine.deployments.map { .deployment($0) }
    var counters = Counters()
    counters.deployment = Int64(world.engine.deployments.count + 1)
    counters.pool = Int32(world.engine.pools.count + 1)
    outcome.changes.append(.counters(counters))
    _ = try store.commit(outcome, at: world.clock)
  }

  private static func bodyBytes(_ folder: String) throws -> Int {
    let reader = try DatabaseQueue(path: folder + "/store.sqlite")
    let bytes = try reader.read {
      try Double.fetchOne($0, sql: "SELECT avg(length(body)) FROM deployment")
    }
    return Int(bytes ?? 0)
  }

  // MARK: Transitions

  private mutating func measure() throws {
    var table = Table(
      "Durable transitions a second among \(figure(Double(count))) deployments", "in one commit",
      "core and store", "store", "SQLite, our tables", "store's share", "SQLite, bare tables",
      "store's share", "rows each")
    for group in [1, 8, 64, 512] {
      let turns = try (0..<9).map { _ in try turn(group) }
      func median(_ figure: (Turn) -> Double) -> Double { Spread(turns.map(figure)).median }
      // A share is taken within a turn: what else the machine does changes from turn to turn.
      func share(_ other: Int) -> String {
        "\(Int((100 * median { $0.store / $0.plain[other] }).rounded())) %"
      }
      table.add(
        "\(group)", figure(median(\.whole)), figure(median(\.store)),
        figure(median { $0.plain[0] }), share(0), figure(median { $0.plain[1] }), share(1),
        figure(median(\.rows)))
    }
    table.print()
  }

  /// Transitions a second in one turn, and the rows that one has written.
  private struct Turn {
    var whole, store: Double
    var plain: [Double]
    var rows: Double
  }

  /// Each for a moment and then the next, so that what else the machine does hits all.
  private mutating func turn(_ group: Int) throws -> Turn {
    var outcomes: [Effects] = []
    storing = .zero
    let whole = try Stopwatch.rate(windows: 1, count: Double(2 * group)) {
      outcomes += try transition(group)
    }
    let transitions = Double(outcomes.count * group)
    let alone = try plain.indices.map { index in
      transitions
        / (try Stopwatch.time {
          for outcome in outcomes { try plain[index].write(outcome) }
        }).seconds
    }
    let rows = outcomes.reduce(0) { $0 + PlainStore.rows(of: $1) }
    return Turn(
      whole: whole.median, store: transitions / storing.seconds, plain: alone,
      rows: Double(rows) / transitions)
  }

  /// So many deployments are asked to be ready, and are: two transitions of each, in two commits.
  private mutating func transition(_ group: Int) throws -> [Effects] {
    let requests = (0..<group).map { _ -> Event in
      next += 1
      let id = DeploymentID(Int64(1 + next * 7919 % count))
      return .request(Request(key: RequestKey("r\(next)"), actor: "bench", verb: .ready(id)))
    }
    let asked = world.together(requests)
    try commit(asked)
    let answered = world.together(asked.calls.map { .callEnded(World.answer(to: $0)) })
    try commit(answered)
    return [asked, answered]
  }

  private mutating func commit(_ outcome: Effects) throws {
    storing += try Stopwatch.time { _ = try store.commit(outcome, at: world.clock) }
  }

  // MARK: Start

  private mutating func measureStart() throws {
    store.close()
    lease.release()
    var table = Table(
      "Start among \(figure(Double(count))) deployments, ms", "step", "median of 5", "longest")
    var times: [[Double]] = [[], [], [], []]
    for _ in 0..<5 {
      let all = try startOnce()
      for index in all.indices { times[index].append(all[index]) }
    }
    for (name, figures) in zip(["take the lease and open", "load", "core", "in all"], times) {
      let spread = Spread(figures)
      table.add(name, figure(spread.median), figure(spread.highest))
    }
    table.print()
  }

  private func startOnce() throws -> [Double] {
    var lease: Lease?
    var store: Store?
    var state = StoredState()
    let open = try Stopwatch.time {
      let taken = try Lease.take(store: folder + "/store.sqlite")
      lease = taken
      store = try Store(taken)
    }
    let load = try Stopwatch.time { state = try store?.load(at: world.clock) ?? state }
    let core = Stopwatch.time {
      var world = World(loading: state)
      let services = World.services(of: state.configuration)
      _ = world.step(.configured(state.configuration, services: services))
      precondition(world.engine.isIdle)
    }
    precondition(state.deployments.count == count)
    store?.close()
    lease?.release()
    return [open, load, core, open + load + core].map(\.milliseconds)
  }
}
