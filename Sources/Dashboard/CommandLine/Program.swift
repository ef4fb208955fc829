import ArgumentParser
import SafeTexts

/// The whole program but for its streams: arguments in, exit status out.
enum Program {
  /// Reads the arguments, does what they say, and answers the exit status.
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

  /// Says what the parser of the arguments has to say: help, or what is wrong with them.
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

  /// A first word that is no command, with the one that was probably meant.
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
    return "dashboard: there is no command `\(SafeText(word))`; \(near)"
      + "`dashboard help` lists them all"
  }
}
