import DeploymentDrivers
public import DeploymentInterface
public import DriverConformance
import Posix
import SafeTexts

/// All that a driver's program must keep: the protocol, then what any driver must keep.
public struct DriverCheck: Sendable {
  private let program: DriverProgram
  private let service: [String: String]
  private let failing: (any Service)?
  private let server: DriverServer?
  /// How long one operation may take.
  public var operationLimit = TimeSpan.minutes(5)

  /// A check of this program.
  ///
  /// - Parameters:
  ///   - command: the program and its first arguments; the program by its path from the root.
  ///   - provider: the `config` of a provider.
  ///   - service: the `config` of a pool's service.
  ///   - failing: the same with which every creation fails for good; nil: not known.
  ///   - serves: what any driver must keep is asked of the program while it serves.
  public init(
    command: [String], provider: [String: String], service: [String: String],
    failing: [String: String]?, serves: Bool = false
  ) throws(ParameterProblem) {
    program = try DriverProgram([
      "command": .list(command), "serve": .bool(serves),
      "config": .map(provider.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) }),
    ])
    server = serves ? DriverServer(program) : nil
    self.service = service
    let (program, server) = (program, server)
    self.failing = try failing.map { values throws(ParameterProblem) in
      CommandService(
        program: program, server: server, plan: try CommandPlan(Self.parameters(values, nil)))
    }
  }

  /// The names of all checks, in the order in which they run.
  public static var names: [String] {
    ProtocolCheck.all.map(\.name) + Conformance.checks.map(\.name)
  }

  /// Runs the checks. What needs a program that describes itself is skipped where it does not.
  ///
  /// - Parameters:
  ///   - names: only these; nil: all.
  ///   - owner: the mark on what is made; nobody else's.
  ///   - progress: told of each result as soon as it is known.
  public func run(
    only names: Set<String>? = nil, owner: String,
    progress: @Sendable (ConformanceResult) -> Void = { _ in }
  ) async -> ConformanceReport {
    // Asking a program blocks a thread, which the cooperative ones must not be.
    await withTaskExecutorPreference(BlockingExecutor.checks) {
      let report = await runAll(only: names, owner: owner, progress: progress)
      server?.end()
      return report
    }
  }

  private func runAll(
    only names: Set<String>?, owner: String, progress: @Sendable (ConformanceResult) -> Void
  ) async -> ConformanceReport {
    let described = await program.ask(program.request(DriverVerb.describe.rawValue))
    var bench = ProtocolBench(program: program, service: service, owner: owner)
    bench.limit = operationLimit
    if case .reply(let reply) = described { bench.capabilities = reply.capabilities ?? .init() }
    var results: [ConformanceResult] = []
    for check in ProtocolCheck.all where names?.contains(check.name) ?? true {
      if Task.isCancelled { break }
      let result = await check.result(on: bench)
      results.append(result)
      progress(result)
    }
    if case .reply = described, let ground = try? ground(bench) {
      results += await Conformance(ground).run(only: names, progress: progress).results
      return ConformanceReport(results: results)
    }
    for check in Conformance.checks where names?.contains(check.name) ?? true {
      let result = ConformanceResult(
        name: check.name, claim: check.claim, outcome: .skipped("`describe` failed"),
        time: .zero)
      results.append(result)
      progress(result)
    }
    return ConformanceReport(results: results)
  }

  private static func parameters(
    _ configuration: [String: String], _ capabilities: DriverReply.Capabilities?
  ) -> ParameterValues {
    [
      "config": .map(configuration.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) }),
      "cacheLevels": .text(capabilities?.suspend == true ? "L1+L2" : "L1"),
      "publish": .bool(capabilities?.publish == true),
    ]
  }

  private func ground(_ bench: ProtocolBench) throws(ParameterProblem) -> ConformanceFixture {
    let plan = try CommandPlan(Self.parameters(service, bench.capabilities))
    var ground = ConformanceFixture(
      CommandService(program: program, server: server, plan: plan), owner: bench.owner)
    ground.failing = failing
    ground.operationLimit = operationLimit
    // More than a program's own time, so that what is too slow has the program's reason.
    ground.callLimit = .seconds(60)
    if bench.capabilities.list == true {
      ground.count = { thing in
        let key = "\(thing.owner)-d\(thing.id)"
        return try await bench.listed(owner: thing.owner).count { $0.key == key }
      }
    }
    ground.vanish = { thing in
      var gone = bench.request(.delete, id: thing.id)
      gone.name = thing.identity.name
      _ = try await bench.settled(gone)
    }
    return ground
  }
}
