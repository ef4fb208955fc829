import Glibc

@main enum Main {
  static func main() {
    // A reader that goes away ends an answer quietly; it must not end an engine. A handler that
    // does nothing, rather than none: programs that are started would inherit that the signal is
    // ignored.
    signal(SIGPIPE) { _ in }
    let variables = ProcessEnvironment.variables
    var context = CommandContext(environment: variables)
    context.actor = ProcessEnvironment.actor(variables)
    if let problem = FileLimit.raise() {
      context.remark(problem)
      exit(ExitStatus.failed.rawValue)
    }
    exit(Program.run(Array(CommandLine.arguments.dropFirst()), context))
  }
}
