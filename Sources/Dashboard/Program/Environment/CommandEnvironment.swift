import DeploymentEngine
import EngineRuntime
import EngineStore
import Glibc
import SafeTexts

/// The configuration, if there is one, and the store of a command.
struct CommandEnvironment {
  /// The configuration's path; nil: there is no configuration.
  let configurationPath: String?
  /// The settings of the configuration; nil: there is no configuration.
  let settings: Settings?
  /// The store's path.
  let storePath: String
  /// Whether the command line or the file names the store; otherwise it is the usual one.
  var namesStore = true
  /// Why the engine does not take over the configuration of the file; empty: it does.
  var objections: [String] = []

  /// Whether another process runs the engine; one that takes over goes on with its configuration.
  var isAttaching = false

  /// What an engine of this process runs on; nil: the configuration in the store.
  var engineConfiguration: Configuration? {
    objections.isEmpty && !isAttaching ? settings?.configuration : nil
  }

  /// For commands that read a store or send requests. A configuration that was broken while the
  /// engine runs on its last good one must not stop them: if the store exists, its problems are
  /// only mentioned.
  static func find(_ options: GlobalOptions, _ context: CommandContext)
    throws(CommandFailure) -> CommandEnvironment
  {
    let place: CommandEnvironment
    let problems: [ConfigurationProblem]
    do throws(CommandFailure) {
      (place, problems) = try locate(options, context)
    } catch {
      return try onStoreAlone(options, context, error)
    }
    guard !problems.isEmpty else { return place }
    guard fileExists(place.storePath) else { throw wrong(problems, options) }
    let path = place.configurationPath ?? ""
    context.remark(
      "dashboard: \(path) has \(counted(problems.count, "problem")); `dashboard check` lists "
        + (problems.count == 1 ? "it" : "them"))
    return place
  }

  /// For commands that examine everything, whatever is wrong.
  static func findLeniently(_ options: GlobalOptions, _ context: CommandContext)
    throws(CommandFailure) -> CommandEnvironment
  {
    do throws(CommandFailure) {
      return try locate(options, context).0
    } catch {
      return try onStoreAlone(options, context, error)
    }
  }

  /// The named store, if the configuration cannot be read: it contains a configuration of its own.
  private static func onStoreAlone(
    _ options: GlobalOptions, _ context: CommandContext, _ failure: CommandFailure
  ) throws(CommandFailure) -> CommandEnvironment {
    guard let store = options.store, fileExists(store) else { throw failure }
    for line in failure.lines { context.remark(line) }
    return CommandEnvironment(configurationPath: nil, settings: nil, storePath: store)
  }

  /// For commands that run on the configuration: any problem stops them.
  static func findStrictly(_ options: GlobalOptions, _ context: CommandContext)
    throws(CommandFailure) -> CommandEnvironment
  {
    let (place, problems) = try locate(options, context)
    guard problems.isEmpty else { throw wrong(problems, options) }
    return place
  }

  /// For the engine. A file that it must not take over does not stop it if the store has a
  /// configuration: it goes on with that one, and says why.
  /// - Parameter accepts: whether providers may change under their deployments.
  static func findForEngine(
    _ options: GlobalOptions, accepts: Bool, _ context: CommandContext
  ) throws(CommandFailure) -> CommandEnvironment {
    var (place, problems) = try locate(options, context)
    try requireStore(options, place, problems)
    let stored = storedState(place.storePath)
    place.objections = problems.map(\.description)
    if problems.isEmpty {
      place.objections = place.objections(
        to: stored, ReloadConsent(force: accepts, closeAll: accepts), context)
    }
    guard place.objections.isEmpty || stored?.configuration.pools.isEmpty == false else {
      throw wrong(problems, options)
    }
    return place
  }

  /// The default store is not used because a file that may name another one is broken.
  private static func requireStore(
    _ options: GlobalOptions, _ place: CommandEnvironment, _ problems: [ConfigurationProblem]
  ) throws(CommandFailure) {
    guard let settings = place.settings, !place.namesStore, !settings.namesPools else { return }
    guard problems.isEmpty else { throw wrong(problems, options) }
    let problem = ConfigurationProblem(
      file: place.configurationPath ?? "",
      "names neither a store nor pools, so it may have been cut; name the store with --store FILE")
    throw wrong([problem], options)
  }

  /// Why the file is not taken over by an engine on a store with this state.
  func objections(
    to stored: StoredState?, _ consent: ReloadConsent, noticesRemovals: Bool = false,
    _ context: CommandContext
  ) -> [String] {
    guard let stored else { return [] }
    let sentences = change(of: stored, context)?
      .objections(consent, noticesRemovals: noticesRemovals)
    return (sentences ?? []).map { "\(SafeText(configurationPath ?? "")): \(SafeText($0))" }
  }

  /// The effect of the file on a store with this state; nil: there is no file.
  func change(of stored: StoredState, _ context: CommandContext) -> ConfigurationChange? {
    settings.map { ConfigurationChange(settings: $0, drivers: context.drivers, stored: stored) }
  }

  /// Opening a screen removes nothing: a file that would is not taken over by its engine.
  private func removals(from stored: StoredState?, _ context: CommandContext) -> [String] {
    stored.flatMap { change(of: $0, context)?.removal }.map {
      [
        "\(SafeText(configurationPath ?? "")): \($0); `dashboard reload --force` takes it over"
      ]
    } ?? []
  }

  /// The state of a store; nil: there is none, or it cannot be read.
  static func storedState(_ path: String) -> StoredState? {
    guard fileExists(path) else { return nil }
    return try? StoreReader(path: path).snapshot().state
  }

  /// For the screen, which may become the engine: then it needs a store or a configuration without
  /// problems. If an engine already runs, the screen only watches.
  static func findForScreen(_ options: GlobalOptions, _ context: CommandContext)
    throws(CommandFailure) -> CommandEnvironment
  {
    var place: CommandEnvironment
    let problems: [ConfigurationProblem]
    do throws(CommandFailure) {
      (place, problems) = try locate(options, context)
    } catch {
      return try onStoreAlone(options, context, error)
    }
    if !problems.isEmpty { try requireStore(options, place, problems) }
    let stored = storedState(place.storePath)
    place.objections = problems.map(\.description)
    if problems.isEmpty {
      place.objections = place.objections(to: stored, ReloadConsent(), context)
    }
    if LeaseStatus.query(store: place.storePath) != .none {
      place.isAttaching = true
      return place
    }
    guard place.objections.isEmpty || stored?.configuration.pools.isEmpty == false else {
      throw wrong(problems, options)
    }
    if place.objections.isEmpty { place.objections = place.removals(from: stored, context) }
    guard !fileExists(place.storePath) else { return place }
    if options.readOnly || options.noEngine, options.store != nil || place.settings != nil {
      throw CommandFailure(.absent, "dashboard: no store at \(place.storePath)")
    }
    guard place.configurationPath != nil else { throw noConfiguration(context) }
    return place
  }

  /// The configuration for this command line; nil: there is none.
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

  /// The failure if no configuration exists.
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
    let problems = found?.reading.problems ?? []
    let configured = found.flatMap { file in
      let written =
        file.reading.settings.store ?? (problems.isEmpty ? nil : StoreLine.find(in: file.path))
      return written.map { locations.path($0, writtenIn: file.path) }
    }
    if let found, !found.reading.isParsed, options.store == nil, configured == nil {
      // The default store is not meant only because the file cannot be parsed.
      throw wrong(problems, options)
    }
    guard let store = options.store ?? configured ?? locations.usualStore else {
      throw CommandFailure(
        .usage, "dashboard: there is no home folder for the store; name a file with --store FILE")
    }
    let place = CommandEnvironment(
      configurationPath: found?.path, settings: found?.reading.settings, storePath: store,
      namesStore: options.store != nil || configured != nil)
    return (place, problems)
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

  /// With `--read-only`, the problems are counted and not listed: they quote the file, which the
  /// person who chose the arguments may not be allowed to read.
  private static func wrong(
    _ problems: [ConfigurationProblem], _ options: GlobalOptions
  ) -> CommandFailure {
    guard options.readOnly else {
      return CommandFailure(.configuration, lines: problems.map(\.description))
    }
    return CommandFailure(
      .configuration,
      "dashboard: the configuration has \(counted(problems.count, "problem")), which are not "
        + "listed with --read-only")
  }
}

extension CommandFailure {
  /// The failure if a store cannot be used.
  init(_ failure: StoreFailure) {
    let more = failure.kind == .damaged ? " (run `dashboard doctor`)" : ""
    let status: ExitStatus =
      switch failure.kind {
      case .absent: .absent
      case .untrusted: .notPermitted
      default: .storeTrouble
      }
    self.init(status, "dashboard: \(failure.sentence)\(more)")
  }
}

/// `1 problem`, `2 problems`, `2 processes`.
func counted(_ number: Int, _ thing: String) -> String {
  if number == 1 { return "1 \(thing)" }
  return "\(number) \(thing)\(thing.hasSuffix("s") ? "es" : "s")"
}

/// Whether a file of any kind exists at a path.
func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }
