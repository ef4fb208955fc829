import Glibc

/// On whichever thread the signal comes: a closure in `main` would insist on the main one.
private func doNothing(_ signal: Int32) {}

@main enum Main {
  static func main() {
    // A reader that goes away ends an answer quietly; it must not end an engine. A handler that
    // does nothing, rather than none: programs that are started would inherit that the signal is
    // ignored.
    signal(SIGPIPE, doNothing)
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
