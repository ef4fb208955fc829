import ArgumentParser
import DeploymentEngine
import SafeTexts

/// How the pool of a command is described.
private let poolHelp = ArgumentHelp("The pool.", valueName: "pool")

struct PublishCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "publish",
    abstract: "Prepare a pool's next publication; the old one drains.",
    usage: "dashboard publish <pool> [--wait] | --cancel")
  @Argument(help: poolHelp) var pool: String
  @Flag(help: "End the publication that is being prepared.")
  var cancel = false
  @OptionGroup var options: ActOptions
  func perform(_ context: CommandContext) throws(CommandFailure) {
    let name = SafeText(pool)
    if cancel {
      return try Acting(options, context).perform([.on(pool, .cancelPublication(name))])
    }
    try Acting(options, context).perform([.on(pool, goal: .published(pool: name), .publish(name))])
  }
}

struct PauseCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "pause",
    abstract: "Let a pool create nothing and refuse new users; it serves those who hold one.",
    usage: "dashboard pause <pool>")
  @Argument(help: poolHelp) var pool: String
  @OptionGroup var options: ActOptions
  func perform(_ context: CommandContext) throws(CommandFailure) {
    try Acting(options, context).perform([.on(pool, .pause(SafeText(pool)))])
  }
}

struct ResumeCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "End a pool's pause.",
    usage: "dashboard resume <pool>")
  @Argument(help: poolHelp) var pool: String
  @OptionGroup var options: ActOptions
  func perform(_ context: CommandContext) throws(CommandFailure) {
    try Acting(options, context).perform([.on(pool, .resume(SafeText(pool)))])
  }
}

struct LiftCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "lift",
    abstract: "End a pool's restraint: let it create again though creating failed.",
    usage: "dashboard lift <pool>")
  @Argument(help: poolHelp) var pool: String
  @OptionGroup var options: ActOptions
  func perform(_ context: CommandContext) throws(CommandFailure) {
    try Acting(options, context).perform([.on(pool, .lift(SafeText(pool)))])
  }
}

struct ResizeCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "resize",
    abstract: "Set sizes of a pool; they win over the configuration until they are reset.",
    usage: "dashboard resize <pool> [--initial <n>] [--l1 <n>] [--l2 <n>] [--max <n>] | --reset")
  @Argument(help: poolHelp) var pool: String
  @Option(help: SizeHelp.initial) var initial: Int?
  @Option(help: SizeHelp.l1) var l1: Int?
  @Option(help: SizeHelp.l2) var l2: Int?
  @Option(help: SizeHelp.max) var max: Int?
  @Flag(help: "Take the sizes of the configuration again.")
  var reset = false
  @OptionGroup var options: ActOptions

  private var overrides: SizeOverrides { .init(initial: initial, l1: l1, l2: l2, max: max) }

  func validate() throws {
    guard reset != !overrides.isEmpty else {
      throw ValidationError(
        reset ? "--reset goes with no size" : "name a size, or --reset")
    }
    for size in [initial, l1, l2, max].compactMap(\.self)
    where !PoolReader.sizeRange.contains(size) {
      throw ValidationError("a size must be from 0 to \(PoolReader.sizeRange.upperBound)")
    }
  }

  func perform(_ context: CommandContext) throws(CommandFailure) {
    let sizes = reset ? nil : overrides
    try Acting(options, context).perform([.on(pool, .resize(SafeText(pool), sizes))])
  }
}

/// How sizes are described, wherever they are options.
enum SizeHelp {
  static let initial = ArgumentHelp(
    "L1 and assigned together, at least.", valueName: "number")
  static let l1 = ArgumentHelp("Ready ones to keep.", valueName: "number")
  static let l2 = ArgumentHelp("Suspended ones to keep.", valueName: "number")
  static let max = ArgumentHelp("L1 and assigned together, at most.", valueName: "number")
}

struct MaintenanceCommand: ParsableCommand, DashboardSubcommand {
  /// Whether it is switched on or off.
  enum Switch: String, CaseIterable, ExpressibleByArgument, Sendable {
    case on, off
  }

  static let configuration = CommandConfiguration(
    commandName: "maintenance",
    abstract: "Make no call to a provider at all, or do again.",
    usage: "dashboard maintenance <provider> on|off")
  @Argument(help: ArgumentHelp("The provider.", valueName: "provider")) var provider: String
  @Argument(help: ArgumentHelp("Switch it on or off.", valueName: "on|off")) var state: Switch
  @OptionGroup var options: ActOptions
  func perform(_ context: CommandContext) throws(CommandFailure) {
    let verb = Verb.maintenance(SafeText(provider), state == .on)
    try Acting(options, context).perform([.on(provider, verb)])
  }
}

struct NotifyCommand: ParsableCommand, DashboardSubcommand {
  /// What an agent says.
  enum Word: String, CaseIterable, ExpressibleByArgument, Sendable {
    case ready, ip, login, logout
  }

  static let configuration = CommandConfiguration(
    commandName: "notify",
    abstract: "Say what an OS manager's agent says from inside a deployment.",
    usage: """
      dashboard notify ready <unique-id> [<data>]
      dashboard notify ip <unique-id> <address>
      dashboard notify login|logout <unique-id> <user>
      """)
  @Argument(help: ArgumentHelp("What is said.", valueName: "word")) var word: Word
  @Argument(help: ArgumentHelp("The deployment's unique id.", valueName: "unique-id"))
  var uniqueID: String
  @Argument(help: ArgumentHelp("The address, the user, or what the agent sends along."))
  var value: String?
  @OptionGroup var options: ActOptions

  func validate() throws {
    if word != .ready, value?.isEmpty ?? true {
      throw ValidationError(
        word == .ip ? "`notify ip` needs the address" : "`notify \(word.rawValue)` needs the user")
    }
  }

  func perform(_ context: CommandContext) throws(CommandFailure) {
    let value = SafeText(value ?? "")
    let said: GuestEvent =
      switch word {
      case .ready: .ready(self.value == nil ? nil : value)
      case .ip: .ip(value)
      case .login: .login(value)
      case .logout: .logout(value)
      }
    try Acting(options, context).perform([.on(uniqueID, .notify(SafeText(uniqueID), said))])
  }
}
