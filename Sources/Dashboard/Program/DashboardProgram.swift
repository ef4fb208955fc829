import ArgumentParser
public import DeploymentInterface
import Glibc
import SafeTexts

/// The program `dashboard`, with a list of drivers.
///
/// A package with its own drivers makes its own `dashboard`:
///
///     @main enum Main {
///       static func main() { DashboardProgram.run(drivers: [MyDriver()]) }
///     }
public enum DashboardProgram {
  /// Runs the program with this process's arguments, environment and streams, and ends the process.
  ///
  /// - Parameters:
  ///   - drivers: the kinds of providers that a configuration may name.
  ///   - absent: why drivers that a configuration might name are missing, by name: one
  ///     sentence with the remedy.
  public static func run(drivers: [any Driver], absent: [String: String] = [:]) -> Never {
    // If a reader closes its pipe, the output ends quietly; it must not end an engine. An empty
    // handler, because child processes would inherit an ignored signal.
    signal(SIGPIPE, ignoreSignal)
    let variables = ProcessEnvironment.variables
    var context = CommandContext(environment: variables, drivers: drivers, absentDrivers: absent)
    context.actor = ProcessEnvironment.actor(variables)
    if let problem = FileLimit.raise() {
      context.remark(problem)
      exit(ExitStatus.failed.rawValue)
    }
    exit(run(Array(CommandLine.arguments.dropFirst()), context))
  }

  /// Parses the arguments, runs the command, and returns the exit status.
  static func run(_ arguments: [String], _ context: CommandContext) -> Int32 {
    do {
      var command = try DashboardCommand.parseAsRoot(arguments)
      if let ours = command as? any DashboardSubcommand {
        try ours.perform(context)
      } else {
        try command.run()
      }
      return ExitStatus.done.rawValue
    } catch let failure as CommandFailure {
      for line in failure.lines { context.remark(line) }
      return failure.status.rawValue
    } catch {
      return report(error, arguments, context)
    }
  }

  /// Prints the parser's message: help, or the problem with the arguments.
  private static func report(
    _ error: any Error, _ arguments: [String], _ context: CommandContext
  ) -> Int32 {
    let status = DashboardCommand.exitCode(for: error)
    let message = DashboardCommand.fullMessage(for: error)
    if status.isSuccess {
      do throws(CommandFailure) {
        try context.answer([message])
      } catch {
        for line in error.lines { context.remark(line) }
        return error.status.rawValue
      }
    } else {
      context.remark(unknownCommand(arguments) ?? message)
    }
    return status.rawValue
  }

  /// The message about an unknown command, with the name that was probably meant.
  private static func unknownCommand(_ arguments: [String]) -> String? {
    var rest = arguments[...]
    while let option = rest.first, option.hasPrefix("-") {
      let takesValue = GlobalOptions.withValue.contains(option)
      rest = rest.dropFirst(takesValue ? 2 : 1)
    }
    guard let word = rest.first else { return nil }
    let names = DashboardCommand.commandNames
    guard !names.contains(word) else { return nil }
    let near = NearestName.of(word, in: names).map { "did you mean `\($0)`? " } ?? ""
    return "dashboard: unknown command `\(SafeText(word))`; \(near)"
      + "`dashboard help` lists all commands"
  }
}

/// Runs on any thread, so it must not be a closure of an isolated function.
private func ignoreSignal(_ signal: Int32) {}
