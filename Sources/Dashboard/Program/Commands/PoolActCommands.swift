import ArgumentParser
import DeploymentEngine
import SafeTexts

/// The help of the argument for a pool.
private let poolHelp = ArgumentHelp("The pool.", valueName: "pool")

/// A request about a pool without further arguments.
protocol PlainPoolRequest {
  static var asked: PoolRequest { get }
}

/// The requests whose commands take only a pool.
enum PlainPool {
  enum Pause: PlainPoolRequest { static let asked = PoolRequest.pause }
  enum Resume: PlainPoolRequest { static let asked = PoolRequest.resume }
  enum Lift: PlainPoolRequest { static let asked = PoolRequest.lift }
}

/// A command that makes a request about a pool.
struct PoolActCommand<Kind: PlainPoolRequest>: ParsableCommand, DashboardSubcommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(Kind.asked.name, usage: ["<pool>"])
  }
  @Argument(help: poolHelp) var pool: String
  @OptionGroup var options: ActOptions
  func perform(_ context: CommandContext) throws(CommandFailure) {
    try RequestRunner(options, context).perform([.on(pool, Verb(Kind.asked, of: SafeText(pool)))])
  }
}

struct UnwaitCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(.unwait, usage: ["<pool> <user>"])
  @Argument(help: poolHelp) var pool: String
  @Argument(help: ArgumentHelp("The user who waits.", valueName: "user")) var user: String
  @OptionGroup var options: ActOptions
  func perform(_ context: CommandContext) throws(CommandFailure) {
    let verb = Verb.unwait(SafeText(pool), user: SafeText(user))
    try RequestRunner(options, context).perform([.on(pool, verb)])
  }
}

struct PublishCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    .publish, usage: ["<pool> [--force] [--wait] | --cancel"])
  @Argument(help: poolHelp) var pool: String
  @Flag(help: ArgumentHelp(RequestName.forcePublication.row.summary))
  var force = false
  @Flag(help: ArgumentHelp(RequestName.cancelPublication.row.summary))
  var cancel = false
  @OptionGroup var options: ActOptions

  func validate() throws {
    if force, cancel { throw ValidationError("`publish` takes either --force or --cancel") }
  }

  func perform(_ context: CommandContext) throws(CommandFailure) {
    let asked: PoolRequest = cancel ? .cancelPublication : force ? .forcePublication : .publish
    try RequestRunner(options, context).perform([.on(pool, Verb(asked, of: SafeText(pool)))])
  }
}

struct ResizeCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    .resize, usage: ["<pool> [--initial <n>] [--l1 <n>] [--l2 <n>] [--max <n>] | --reset"])
  @Argument(help: poolHelp) var pool: String
  @Option(help: SizeHelp.initial) var initial: Int?
  @Option(help: SizeHelp.l1) var l1: Int?
  @Option(help: SizeHelp.l2) var l2: Int?
  @Option(help: SizeHelp.max) var max: Int?
  @Flag(help: "Restore the configured sizes.")
  var reset = false
  @OptionGroup var options: ActOptions

  private var overrides: SizeOverrides { .init(initial: initial, l1: l1, l2: l2, max: max) }

  func validate() throws {
    guard reset != !overrides.isEmpty else {
      throw ValidationError(
        reset ? "--reset cannot be combined with sizes" : "name a size, or --reset")
    }
    for size in [initial, l1, l2, max].compactMap(\.self)
    where !PoolReader.sizeRange.contains(size) {
      throw ValidationError("a size must be from 0 to \(PoolReader.sizeRange.upperBound)")
    }
  }

  func perform(_ context: CommandContext) throws(CommandFailure) {
    let sizes = reset ? nil : overrides
    try RequestRunner(options, context).perform([.on(pool, .resize(SafeText(pool), sizes))])
  }
}

/// The help of sizes, for all commands that take them.
enum SizeHelp {
  static let initial = ArgumentHelp(
    "Minimum of L1 and assigned together.", valueName: "number")
  static let l1 = ArgumentHelp("Number of ready deployments to keep.", valueName: "number")
  static let l2 = ArgumentHelp("Number of suspended deployments to keep.", valueName: "number")
  static let max = ArgumentHelp("Maximum of L1 and assigned together.", valueName: "number")
}

struct MaintenanceCommand: ParsableCommand, DashboardSubcommand {
  /// The argument that switches maintenance.
  enum Switch: String, CaseIterable, ExpressibleByArgument, Sendable {
    case on, off
  }

  static let configuration = CommandConfiguration(
    .maintenance, usage: ["<provider> on|off"])
  @Argument(help: ArgumentHelp("The provider.", valueName: "provider")) var provider: String
  @Argument(help: ArgumentHelp("Switch it on or off.", valueName: "on|off")) var state: Switch
  @OptionGroup var options: ActOptions
  func perform(_ context: CommandContext) throws(CommandFailure) {
    let verb = Verb.maintenance(SafeText(provider), state == .on)
    try RequestRunner(options, context).perform([.on(provider, verb)])
  }
}

struct NotifyCommand: ParsableCommand, DashboardSubcommand {
  /// The kinds of notices of an agent.
  enum Word: String, CaseIterable, ExpressibleByArgument, Sendable {
    case ready, ip, login, logout
  }

  static let configuration = CommandConfiguration(
    .notify,
    usage: [
      "ready <unique-id> [<data>] [--boot <id>]", "ip <unique-id> <address>",
      "login|logout <unique-id> <user>",
    ],
    discussion: "A report is a fact: if no engine runs, it is kept for the next one.")
  @Argument(help: ArgumentHelp("The event.", valueName: "word")) var word: Word
  @Argument(help: ArgumentHelp("The deployment's unique id.", valueName: "unique-id"))
  var uniqueID: String
  @Argument(help: ArgumentHelp("The address, the user, or the agent's data."))
  var value: String?
  @Option(
    help: ArgumentHelp(
      """
      With ready: what distinguishes this start of the machine from others \
      (/proc/sys/kernel/random/boot_id). If it has changed, nobody is logged in any more.
      """, valueName: "id"))
  var boot: String?
  @OptionGroup var options: ActOptions

  func validate() throws {
    if boot != nil, word != .ready { throw ValidationError("--boot needs `notify ready`") }
    if word != .ready, value?.isEmpty ?? true {
      throw ValidationError(
        word == .ip ? "`notify ip` needs the address" : "`notify \(word.rawValue)` needs the user")
    }
  }

  func perform(_ context: CommandContext) throws(CommandFailure) {
    let value = SafeText(value ?? "")
    let event: GuestEvent =
      switch word {
      case .ready:
        .ready(
          self.value == nil ? nil : value,
          boot: boot.flatMap { $0.isEmpty ? nil : SafeText($0, limit: 100) })
      case .ip: .ip(value)
      case .login: .login(value)
      case .logout: .logout(value)
      }
    try RequestRunner(options, keeps: true, context)
      .perform([.on(uniqueID, .notify(SafeText(uniqueID), event))])
  }
}
