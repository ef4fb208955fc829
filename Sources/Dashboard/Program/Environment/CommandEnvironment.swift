import DeploymentEngine
import EngineRuntime
import EngineStore
import Glibc

/// What a command works on: the configuration as far as there is one, and the store.
struct CommandEnvironment {
  /// The configuration's path; nil: there is none.
  let configurationPath: String?
  /// What it says; nil: there is none.
  let settings: Settings?
  /// The store's path.
  let storePath: String

  /// For commands that look at a store or ask its engine. A configuration that was spoilt while the
  /// engine runs on its last good one must not stop them: it is mentioned, if there is a store to
  /// go on with.
  static func find(_ options: GlobalOptions, _ context: CommandContext)
    throws(CommandFailure) -> CommandEnvironment
  {
    let (place, problems) = try locate(options, context)
    guard !problems.isEmpty else { return place }
    guard fileExists(place.storePath) else { throw wrong(problems) }
    let path = place.configurationPath ?? ""
    context.remark(
      "dashboard: \(path) has \(counted(problems.count, "problem")); `dashboard check` lists "
        + (problems.count == 1 ? "it" : "them"))
    return place
  }

  /// For a command that looks at what there is, whatever is wrong with it.
  static func findLeniently(_ options: GlobalOptions, _ context: CommandContext)
    throws(CommandFailure) -> CommandEnvironment
  {
    try locate(options, context).0
  }

  /// For commands that run on the configuration: every problem stops them.
  static func findStrictly(_ options: GlobalOptions, _ context: CommandContext)
    throws(CommandFailure) -> CommandEnvironment
  {
    let (place, problems) = try locate(options, context)
    guard problems.isEmpty else { throw wrong(problems) }
    return place
  }

  /// For the screen, which may become the engine: then it must have something to run on, and all of
  /// it must be right. Beside an engine that runs it only looks.
  static func findForScreen(_ options: GlobalOptions, _ context: CommandContext)
    throws(CommandFailure) -> CommandEnvironment
  {
    let (place, problems) = try locate(options, context)
    if LeaseStatus.query(store: place.storePath) != .none { return place }
    guard problems.isEmpty else { throw wrong(problems) }
    guard !fileExists(place.storePath) else { return place }
    if options.readOnly || options.noEngine, options.store != nil || place.settings != nil {
      throw CommandFailure(.absent, "dashboard: no store at \(place.storePath)")
    }
    guard place.configurationPath != nil else { throw noConfiguration(context) }
    return place
  }

  /// The configuration that is in force for this command line; nil: there is none.
  static func configuration(_ options: GlobalOptions, _ context: CommandContext)
    throws(CommandFailure) -> (path: String, reading: SettingsReading)?
  {
    let locations = Locations(environment: context.environment)
    if let path = locations.namedConfiguration(option: options.config) {
      return (path, try read(path, context))
    }
    for path in locations.usualConfigurations where fileExists(path) {
      return (path, try read(path, context))
    }
    return nil
  }

  /// There is no configuration anywhere.
  static func noConfiguration(_ context: CommandContext) -> CommandFailure {
    let places =
      ["$DASHBOARD_CONFIG"]
      + Locations(environment: context.environment)
      .usualConfigurations
    let list = places.dropLast().joined(separator: ", ") + " and " + (places.last ?? "")
    return CommandFailure(
      .absent,
      "dashboard: no configuration found (tried \(list)); "
        + "name one with --config FILE, or try `dashboard demo`, which needs none")
  }

  private static func locate(_ options: GlobalOptions, _ context: CommandContext)
    throws(CommandFailure) -> (CommandEnvironment, [ConfigurationProblem])
  {
    let locations = Locations(environment: context.environment)
    let found = try configuration(options, context)
    defer { found?.reading.retire() }
    let configured = found.flatMap { file in
      file.reading.settings.store.map { locations.path($0, writtenIn: file.path) }
    }
    guard let store = options.store ?? configured ?? locations.usualStore else {
      throw CommandFailure(
        .usage, "dashboard: there is no home folder for the store; name a file with --store FILE")
    }
    let place = CommandEnvironment(
      configurationPath: found?.path, settings: found?.reading.settings, storePath: store)
    return (place, found?.reading.problems ?? [])
  }

  private static func read(_ path: String, _ context: CommandContext)
    throws(CommandFailure) -> SettingsReading
  {
    do throws(YAMLFile.Unreadable) {
      return try SettingsReader(drivers: context.drivers, absentDrivers: context.absentDrivers)
        .read(path: path)
    } catch {
      switch error {
      case .absent(let problem): throw CommandFailure(.absent, "dashboard: \(problem)")
      case .unreadable(let problem): throw CommandFailure(.storeTrouble, "dashboard: \(problem)")
      }
    }
  }

  private static func wrong(_ problems: [ConfigurationProblem]) -> CommandFailure {
    CommandFailure(.configuration, lines: problems.map(\.description))
  }
}

extension CommandFailure {
  /// A store that cannot be used.
  init(_ failure: StoreFailure) {
    let more = failure.kind == .damaged ? " (run `dashboard doctor`)" : ""
    self.init(
      failure.kind == .absent ? .absent : .storeTrouble, "dashboard: \(failure.sentence)\(more)")
  }
}

/// `1 problem`, `2 problems`, `2 processes`.
func counted(_ number: Int, _ thing: String) -> String {
  if number == 1 { return "1 \(thing)" }
  return "\(number) \(thing)\(thing.hasSuffix("s") ? "es" : "s")"
}

/// Whether there is a file at a path, of whatever kind.
func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }
