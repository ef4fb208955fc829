import ArgumentParser

/// The root command, with all subcommands.
struct DashboardCommand: ParsableCommand {
  /// The program's version, according to semantic versioning.
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "dashboard",
    abstract: "Keep pools of deployments ready for users, and show them live.",
    usage: """
      dashboard [--config <file>] [--store <file>]
      dashboard --once | --watch
      dashboard demo
      dashboard <command> ...
      """,
    discussion: """
      Without a command, open the screen on the configured store. If no engine runs on that \
      store, this process also runs the engine. --once prints the panes as plain text, --watch \
      prints every change as a line; neither ever runs the engine.

      `dashboard demo` needs no configuration. `dashboard help <command>` describes a command.
      """,
    version: version,
    subcommands: [
      ScreenCommand.self, DemoServerCommand.self, ManualCommand<DashboardCommand>.self,
    ],
    groupedSubcommands: [
      CommandGroup(
        name: "Running",
        subcommands: [DemoCommand.self, EngineCommand.self, ReloadCommand.self]),
      CommandGroup(name: "Inspection", subcommands: inspection),
      CommandGroup(name: "Deployment", subcommands: actOnDeployments),
      CommandGroup(name: "Pool and provider", subcommands: actOnPools),
      CommandGroup(name: "Proof", subcommands: [SimulateCommand.self]),
    ],
    defaultSubcommand: ScreenCommand.self)

  private static let inspection: [any ParsableCommand.Type] = [
    PoolsCommand.self, DeploymentsCommand.self, ShowCommand.self, EventsCommand.self,
    WhyCommand.self, PlanCommand.self, CheckCommand.self,
    DoctorCommand.self, ReconcileCommand.self, OrphansCommand.self, DriverCheckCommand.self,
  ]
  private static let actOnDeployments: [any ParsableCommand.Type] = [
    AssignCommand.self, UnwaitCommand.self, AdoptCommand.self,
    DeploymentActCommand<Plain.Release>.self,
    DeploymentActCommand<Plain.Ready>.self, MoveCommand.self,
    DeploymentActCommand<Plain.Cancel>.self, DeploymentActCommand<Plain.Destroy>.self,
    DeploymentActCommand<Plain.Retry>.self, DeploymentActCommand<Plain.Forget>.self,
    DeploymentActCommand<Plain.Undo>.self, NotifyCommand.self,
  ]
  private static let actOnPools: [any ParsableCommand.Type] = [
    PublishCommand.self, PoolActCommand<PlainPool.Pause>.self,
    PoolActCommand<PlainPool.Resume>.self, PoolActCommand<PlainPool.Lift>.self,
    ResizeCommand.self, MaintenanceCommand.self,
  ]

  /// The names of all commands, for suggestions.
  static var commandNames: [String] {
    let groups = configuration.groupedSubcommands.flatMap { $0.subcommands }
    let commands = configuration.ungroupedSubcommands + groups
    return commands.filter { $0.configuration.shouldDisplay }
      .compactMap { $0.configuration.commandName } + ["help"]
  }

  @OptionGroup var global: GlobalOptions
}
