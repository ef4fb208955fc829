import ArgumentParser
import Basics
import DeploymentEngine
import DeploymentInterface
import EngineStore
import SafeTexts

struct ReconcileCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "reconcile",
    abstract: "Show what is in a store that other users could write to, and accept it.",
    usage: "dashboard reconcile [--accept] [--json]",
    discussion: """
      An engine runs the commands that its store contains. It refuses a store that other users \
      may write to, as the group could in earlier versions. This command takes that permission \
      away and shows the commands; --accept then lets engines run on the store again. Nothing is \
      changed if only its owner may write the store.
      """)

  @Flag(help: "Let engines run on the store, whose contents you have looked at.")
  var accept = false
  @OptionGroup var global: GlobalOptions

  func perform(_ context: CommandContext) throws(CommandFailure) {
    guard !global.readOnly else {
      throw CommandFailure(.notPermitted, "dashboard: --read-only: nothing is changed")
    }
    let path = try CommandEnvironment.find(global, context).storePath
    let (standing, state) = try storeFailing { () throws(StoreFailure) in
      let standing = try StoreReview.begin(store: path)
      // Nobody has seen contents that others could write until now.
      if accept, standing == .waiting { try StoreReview.accept(store: path) }
      return (standing, try StoreReader(path: path).snapshot().state)
    }
    let isAccepted = standing == .accepted || (accept && standing == .waiting)
    try answer(path, state, isAccepted, context)
    if !isAccepted {
      throw CommandFailure(
        .failed,
        "dashboard: other users could write \(path), so no engine runs on it: if this is what "
          + "you have configured, run `dashboard reconcile --accept`")
    }
  }

  private func answer(
    _ path: String, _ state: StoredState, _ isAccepted: Bool, _ context: CommandContext
  ) throws(CommandFailure) {
    let configuration = state.configuration
    if global.json {
      return try context.answer([
        "store": .text(SafeText(path)), "accepted": .bool(isAccepted),
        "providers": .array(configuration.providers.map(\.document)),
        "pools": .array(configuration.pools.map(\.document)),
      ])
    }
    guard !isAccepted else {
      return try context.answer([
        accept
          ? "\(path): accepted, engines may run on it"
          : "\(path): only its owner may write it, nothing needs to be accepted"
      ])
    }
    let deployments = state.deployments.count { !$0.phase.isHistory }
    let lines =
      configuration.providers.map(\.line) + configuration.pools.map(\.line)
      + ["\(counted(deployments, "deployment"))"]
    try context.answer(lines.map { SafeText($0).text })
  }
}

extension ParameterValues {
  fileprivate var words: String {
    sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.words)" }.joined(separator: ", ")
  }

  /// The end of a sentence about what they belong to.
  fileprivate var asEnd: String { isEmpty ? "" : ": \(words)" }
}

extension ParameterValue {
  fileprivate var words: String {
    switch self {
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let value): value
    case .duration(let value): value.description
    case .list(let values): "[\(values.joined(separator: ", "))]"
    case .map(let pairs):
      "{\(pairs.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}"
    case .rows(let rows): rows.map { "{\($0.words)}" }.joined(separator: ", ")
    }
  }
}

extension ProviderConfiguration {
  fileprivate var line: String { "provider \(name), driver \(driver)\(parameters.asEnd)" }

  fileprivate var document: JSONValue {
    [
      "name": .text(SafeText(name)), "driver": .text(SafeText(driver)),
      "parameters": .text(SafeText(parameters.words)),
    ]
  }
}

extension PoolConfiguration {
  fileprivate var line: String { "pool \(name) on \(provider)\(service.asEnd)" }

  fileprivate var document: JSONValue {
    [
      "name": .text(SafeText(name)), "provider": .text(SafeText(provider)),
      "service": .text(SafeText(service.words)),
    ]
  }
}
