import DeploymentEngine

/// Any platform, by a program that knows it.
struct CommandDriver: Driver {
  var name: String { "command" }
  var help: String { "Asks a program of your own, in any language." }
  var providerParameters: [Parameter] { DriverProgram.parameters }
  var serviceParameters: [Parameter] { CommandPlan.parameters }

  func makeProvider(_ parameters: ParameterValues) throws(ParameterProblem) -> any Provider {
    CommandProvider(program: try DriverProgram(parameters))
  }
}

struct CommandProvider: Provider {
  let program: DriverProgram

  func makeService(_ parameters: ParameterValues) throws(ParameterProblem) -> any Service {
    CommandService(program: program, plan: try CommandPlan(parameters))
  }

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
    }
    let ending = try? await program.run(program.request("validate"))
    // A driver without anything to validate does not know the word.
    if ending?.cause == .exited(64) { return nil }
    switch await program.ask(program.request("validate")) {
    case .failed(let failure): return failure.reason
    case .absent(let message): return message
    case .reply: return nil
    }
  }
}

/// What a driver's program offers to one pool.
struct CommandService: Service {
  let program: DriverProgram
  let plan: CommandPlan

  var cacheLevels: CacheLevels { plan.cacheLevels }
  var usesPort: Bool { plan.usesPort }
  var osManager: (any OSManager)? { plan.waitsForOS ? CommandOSManager() : nil }
  func makeDeployment() -> CommandDeployment { .init() }
  func makePublication() -> CommandPublication? { plan.publishes ? .init() : nil }

  /// What a thing carries from its first moment: the engine and the number, or the publication's
  /// name. Letters, digits and `-._%` only, so that it can be a file, a tag or a label.
  static func key(owner: String, _ record: CallRecord) -> String {
    let own = record.id == 0 ? "p-\(record.identity.name)" : "d\(record.id)"
    return PlainName.of(owner) + "-" + PlainName.of(own)
  }
}

/// Somebody inside who must say ready: `dashboard notify ready`.
struct CommandOSManager: OSManager {
  var waitsForReady: Bool { true }
}
