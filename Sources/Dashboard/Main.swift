import Glibc

@main enum Main {
  static func main() {
    // A reader that goes away ends an answer quietly; it must not end an engine.
    signal(SIGPIPE, SIG_IGN)
    let context = CommandContext(environment: ProcessEnvironment.variables)
    exit(Program.run(Array(CommandLine.arguments.dropFirst()), context))
  }
}
