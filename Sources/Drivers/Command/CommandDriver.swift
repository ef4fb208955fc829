import DeploymentInterface
import SafeTexts

/// Supports any platform through a driver program.
struct CommandDriver: Driver {
  var name: String { "command" }
  var help: String { "Calls a program that you write, in any language." }
  var providerParameters: [Parameter] { DriverProgram.parameters }
  var serviceParameters: [Parameter] { CommandPlan.parameters }

  func makeProvider(_ parameters: ParameterValues) throws(ParameterProblem) -> any Provider {
    let program = try DriverProgram(parameters)
    return CommandProvider(
      program: program, server: program.serves ? DriverServer(program) : nil)
  }
}

struct CommandProvider: NoticeSource {
  let program: DriverProgram
  /// Handles all calls of the pools if the program serves.
  let server: DriverServer?

  func makeService(_ parameters: ParameterValues) throws(ParameterProblem) -> any Service {
    CommandService(program: program, server: server, plan: try CommandPlan(parameters))
  }

  /// Only a program that serves can send notices.
  func watch(_ sink: NoticeSink) { server?.watch(sink) }

  func retire() { server?.end() }

  /// Checks the program with `describe` and its settings with `validate`.
  func problem() async -> SafeText? {
    let described = await program.ask(program.request("describe"))
    switch described {
    case .failed(let failure): return failure.reason
    case .absent(let message): return message
    case .reply(let reply):
      guard reply.protocols?.contains(1) == true else {
        return "the driver does not support engine-driver/1 (describe must answer protocols: [1])"
      }
      guard server == nil || reply.capabilities?.serve == true else {
        return "the driver does not support serving (describe must answer serve: true)"
      }
    }
    return await refusal()
  }

  /// The problem that `validate` reports; nil if it reports none.
  private func refusal() async -> SafeText? {
    let request = program.request(DriverVerb.validate.rawValue)
    do throws(DeploymentFailure) {
      let ending = try await program.run(request)
      // A driver with nothing to validate does not support the verb.
      if ending.cause == .exited(DriverProcess.unknownVerb) { return nil }
      switch program.judge(ending, of: request) {
      case .failed(let failure): return failure.reason
      case .absent(let message): return message
      case .reply: return nil
      }
    } catch {
      return error.reason
    }
  }
}

/// The service of a driver program for one pool.
package struct CommandService: Service {
  let program: DriverProgram
  let server: DriverServer?
  let plan: CommandPlan

  package init(program: DriverProgram, server: DriverServer?, plan: CommandPlan) {
    self.program = program
    self.server = server
    self.plan = plan
  }

  var cacheLevels: CacheLevels { plan.cacheLevels }
  var usesPort: Bool { plan.usesPort }
  var osManager: (any OSManager)? { plan.waitsForOS ? CommandOSManager() : nil }
  func makeDeployment() -> CommandDeployment { .init() }
  func makePublication() -> CommandPublication? { plan.publishes ? .init() : nil }

  /// The key that a resource carries from its creation: the engine's mark and the deployment's
  /// number, or the publication's name. Only letters, digits and `-._%`, so it can be a file name,
  /// a tag or a label.
  static func key(owner: String, _ record: CallRecord) -> String {
    guard record.id == 0 else { return key(owner: owner, DeploymentID(record.id)) }
    return PlainName.of(owner) + "-" + PlainName.of("p-\(record.identity.name)")
  }

  /// The key of the deployment with this number.
  static func key(owner: String, _ id: DeploymentID) -> String {
    PlainName.of(owner) + "-\(id)"
  }

  /// The deployment or publication of a key; nil if it is not a key of this engine.
  static func purpose(of key: String, owner: String) -> ExternalResource.Purpose? {
    let start = PlainName.of(owner) + "-"
    guard key.hasPrefix(start) else { return nil }
    let own = key.dropFirst(start.count)
    if let id = DeploymentID(parsing: own) { return .deployment(id) }
    return own.hasPrefix("p-")
      ? PlainName.text(of: own.dropFirst(2)).map { .publication($0) } : nil
  }

  /// Calls the program, through the server if it serves.
  func ask(
    _ request: DriverRequest, log: (LogLevel, SafeText) -> Void
  ) async -> DriverProgram.Answer {
    guard let server else { return await program.ask(request, log: log) }
    return await server.ask(request, log: log)
  }
}

/// An OS manager that reports ready with `dashboard notify ready`.
struct CommandOSManager: OSManager {
  var waitsForReady: Bool { true }
}
