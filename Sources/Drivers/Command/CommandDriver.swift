import DeploymentInterface
import SafeTexts

/// Any platform, by a program that knows it.
struct CommandDriver: Driver {
  var name: String { "command" }
  var help: String { "Asks a program of your own, in any language." }
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
  /// What is asked for everything of the pools, where the program serves.
  let server: DriverServer?

  func makeService(_ parameters: ParameterValues) throws(ParameterProblem) -> any Service {
    CommandService(program: program, server: server, plan: try CommandPlan(parameters))
  }

  /// Only a program that serves says anything unasked.
  func watch(_ sink: NoticeSink) { server?.watch(sink) }

  func retire() { server?.end() }

  /// Asks the program who it is, and whether it can work with what it is given.
  func problem() async -> SafeText? {
    let described = await program.ask(program.request("describe"))
    switch described {
    case .failed(let failure): return failure.reason
    case .absent(let message): return message
    case .reply(let reply):
      guard reply.protocols?.contains(1) == true else {
        return "the driver does not speak engine-driver/1 (its describe names no protocols: [1])"
      }
      guard server == nil || reply.capabilities?.serve == true else {
        return "the driver does not serve (its describe does not say serve: true)"
      }
    }
    return await refusal()
  }

  /// What it says of what it is given.
  private func refusal() async -> SafeText? {
    let request = program.request(DriverVerb.validate.rawValue)
    do throws(DeploymentFailure) {
      let ending = try await program.run(request)
      // A driver without anything to validate does not know the word.
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

/// What a driver's program offers to one pool.
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

  /// What a thing carries from its first moment: the engine and the number, or the publication's
  /// name. Letters, digits and `-._%` only, so that it can be a file, a tag or a label.
  static func key(owner: String, _ record: CallRecord) -> String {
    guard record.id == 0 else { return key(owner: owner, DeploymentID(record.id)) }
    return PlainName.of(owner) + "-" + PlainName.of("p-\(record.identity.name)")
  }

  /// The same for a deployment with this number.
  static func key(owner: String, _ id: DeploymentID) -> String {
    PlainName.of(owner) + "-\(id)"
  }

  /// What a key of this engine was given to; nil: it is another's, or none.
  static func purpose(of key: String, owner: String) -> ExternalResource.Purpose? {
    let start = PlainName.of(owner) + "-"
    guard key.hasPrefix(start) else { return nil }
    let own = key.dropFirst(start.count)
    if let id = DeploymentID(parsing: own) { return .deployment(id) }
    return own.hasPrefix("p-")
      ? PlainName.text(of: own.dropFirst(2)).map { .publication($0) } : nil
  }

  /// Asks the program, in the way in which it is run.
  func ask(
    _ request: DriverRequest, log: (LogLevel, SafeText) -> Void
  ) async -> DriverProgram.Answer {
    guard let server else { return await program.ask(request, log: log) }
    return await server.ask(request, log: log)
  }
}

/// Somebody inside who must say ready: `dashboard notify ready`.
struct CommandOSManager: OSManager {
  var waitsForReady: Bool { true }
}
