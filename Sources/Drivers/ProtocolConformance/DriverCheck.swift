import DeploymentDrivers
public import DeploymentInterface
public import DriverConformance
import Posix
import SafeTexts

/// All checks for a driver program: those of the protocol, then those of any driver.
public struct DriverCheck: Sendable {
  private let program: DriverProgram
  private let service: [String: String]
  private let failing: (any Service)?
  private let server: DriverServer?
  /// The time limit for one operation.
  public var operationLimit = TimeSpan.minutes(5)

  /// Creates a check of a driver program.
  ///
  /// - Parameters:
  ///   - command: the absolute path of the program, then its first arguments.
  ///   - provider: the `config` of a provider.
  ///   - service: the `config` of a pool's service.
  ///   - failing: the `config` of a service with which every creation fails permanently; nil: not
  ///     known.
  ///   - serves: whether the checks of any driver use the program in `serve` mode.
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

  /// Runs the checks. Those that need `describe` are skipped if it fails.
  ///
  /// - Parameters:
  ///   - names: the checks to run; nil: all.
  ///   - owner: the mark on what is created; nothing else may use it.
  ///   - progress: called with each result as soon as it is known.
  public func run(
    only names: Set<String>? = nil, owner: String,
    progress: @Sendable (ConformanceResult) -> Void = { _ in }
  ) async -> ConformanceReport {
    // Calling a program blocks its thread, and cooperative threads must not be blocked.
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
    var runner = ProtocolRunner(program: program, service: service, owner: owner)
    runner.limit = operationLimit
    if case .reply(let reply) = described { runner.capabilities = reply.capabilities ?? .init() }
    var results: [ConformanceResult] = []
    for check in ProtocolCheck.all where names?.contains(check.name) ?? true {
      if Task.isCancelled { break }
      let result = await check.result(on: runner)
      results.append(result)
      progress(result)
    }
    if case .reply = described, let fixture = try? fixture(runner) {
      results += await Conformance(fixture).run(only: names, progress: progress).results
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

  private func fixture(_ runner: ProtocolRunner) throws(ParameterProblem) -> ConformanceFixture {
    let plan = try CommandPlan(Self.parameters(service, runner.capabilities))
    var fixture = ConformanceFixture(
      CommandService(program: program, server: server, plan: plan), owner: runner.owner)
    fixture.failing = failing
    fixture.operationLimit = operationLimit
    // Above the program's own limit, so that a slow call fails with the program's reason.
    fixture.callLimit = .seconds(60)
    if runner.capabilities.list == true {
      fixture.count = { thing in
        let key = "\(thing.owner)-d\(thing.id)"
        return try await runner.listed(owner: thing.owner).count { $0.key == key }
      }
    }
    fixture.vanish = { thing in
      var gone = runner.request(.delete, id: thing.id)
      gone.name = thing.identity.name
      _ = try await runner.settled(gone)
    }
    return fixture
  }
}
