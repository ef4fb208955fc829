import ArgumentParser
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import FoundationEssentials
import Glibc
import Logging
import TerminalHost

struct DemoCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Open the screen on a temporary store, with pools that do real work on this machine.",
    usage: "dashboard demo [--once] [--theme <name>] [--colour <mode>]",
    discussion: """
      There is nothing to configure: one pool runs web servers on this machine, two are simulated, \
      and users come and go. Quitting ends everything that the demo started; the next demo \
      cleans up what a killed one left behind.
      """)

  /// The time for the pools to fill if no screen shows them.
  private static let patience = TimeSpan.seconds(30)

  @Flag(help: "Fill the pools, print the panes as plain text, and exit.")
  var once = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard global.config == nil, global.store == nil else {
      throw ValidationError("`demo` uses its own configuration and store")
    }
    guard !global.readOnly, !global.noEngine else {
      throw ValidationError("`demo` must run the engine of its store")
    }
  }

  func perform(_ context: CommandContext) throws(CommandFailure) {
    let hasTerminal = !once && isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
    let descriptor = hasTerminal ? SignalDescriptor.blockAtStart() : nil
    let signals = hasTerminal ? nil : SignalQueue()
    clearOld(context)
    guard let folder = DemoFolder.make(context.environment) else {
      throw CommandFailure(.storeTrouble, "dashboard: cannot create a folder for the demo")
    }
    defer { clear(folder, context) }
    let place = try place(folder, context)
    if let descriptor, let status = try screen(place, descriptor, context) {
      if status != .done { throw CommandFailure(status, lines: []) }
      return
    }
    try plain(place, signals, context)
  }

  /// Shows the screen, with simulated users; nil if there is no terminal for it.
  private func screen(
    _ place: CommandEnvironment, _ descriptor: SignalDescriptor, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus? {
    let traffic = DemoTraffic(storePath: place.storePath)
    return try DashboardSession(place, global, context, isThrowaway: true).run(
      descriptor, onOpen: { traffic.start() }, onClose: { traffic.stop() })
  }

  /// Without a terminal: fills the pools, prints them once, and empties them.
  private func plain(
    _ place: CommandEnvironment, _ signals: SignalQueue?, _ context: CommandContext
  ) throws(CommandFailure) {
    let engine = EngineService(
      EngineOptions(
        storePath: place.storePath, drivers: context.drivers,
        configuration: place.settings?.configuration,
        logger: Logger(label: "dashboard") { _ in SwiftLogNoOpLogHandler() }, clock: context.clock))
    do throws(EngineStartFailure) {
      try engine.start()
    } catch {
      throw CommandFailure(error)
    }
    defer { engine.stop(draining: .seconds(3)) }
    let end = context.clock.now.moment + Self.patience
    while context.clock.now.moment < end, signals?.next(within: .zero) == nil,
      !engine.waitUntilIdle(timeout: .milliseconds(200))
    {}
    var options = global
    options.config = place.configurationPath
    try PlainOutput(options, context).once()
  }

  private func place(
    _ folder: DemoFolder, _ context: CommandContext
  ) throws(CommandFailure) -> CommandEnvironment {
    let text = DemoConfiguration.text(
      folder: folder.webPath, path: context.environment["PATH"],
      program: ThemeLibrary.runningProgram)
    do {
      try text.write(toFile: folder.configurationPath, atomically: false, encoding: .utf8)
      try DemoConfiguration.page.write(
        toFile: folder.webPath + "/index.html", atomically: false, encoding: .utf8)
    } catch {
      throw CommandFailure(.storeTrouble, "dashboard: cannot write \(folder.path): \(error)")
    }
    var options = global
    options.config = folder.configurationPath
    return try CommandEnvironment.findStrictly(options, context)
  }

  private func clearOld(_ context: CommandContext) {
    for folder in DemoFolder.leftBehind(context.environment) {
      context.remark("removing what an earlier demo left in \(folder.path)")
      report(folder, folder.clear(), context)
    }
  }

  private func clear(_ folder: DemoFolder, _ context: CommandContext) {
    guard LeaseStatus.query(store: folder.storePath) == .none else {
      return context.remark(
        "another dashboard has taken over the demo and keeps it, in \(folder.path)")
    }
    context.remark("ending what the demo started …")
    report(folder, folder.clear(), context)
  }

  private func report(
    _ folder: DemoFolder, _ result: (ended: Int, left: Int), _ context: CommandContext
  ) {
    if result.left > 0 {
      context.remark(
        "\(counted(result.left, "process")) could not be ended; the next demo will try again")
    } else {
      context.remark(
        "ended \(counted(result.ended, "process")), removed \(folder.path)")
    }
  }
}
