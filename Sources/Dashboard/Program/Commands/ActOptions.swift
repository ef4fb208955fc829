import ArgumentParser
import DeploymentInterface

/// A duration as an argument.
enum DurationArgument {
  static func parse(_ text: String) throws -> TimeSpan {
    if let span = TimeSpan(parsing: text), span <= Wording.longest { return span }
    throw ValidationError("'\(text)' is not a duration; \(Wording.durationExamples)")
  }
}

/// The options of every command that makes requests.
struct ActOptions: ParsableArguments {
  @Flag(help: "Wait until the request is finished, not only accepted.")
  var wait = false

  @Option(
    help: ArgumentHelp(
      "Make the request repeatable: a repeated key gets the first reply again.", valueName: "key"))
  var key: String?

  @Option(
    help: ArgumentHelp(
      "With --wait: stop waiting after this time (30s, 5m, 1h) and exit with status 1.",
      valueName: "duration"),
    transform: DurationArgument.parse)
  var timeout: TimeSpan?

  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if timeout != nil, !wait { throw ValidationError("--timeout needs --wait") }
    if let key, key.utf8.count > 100 { throw ValidationError("--key takes at most 100 bytes") }
  }
}

/// The option of commands that act on one deployment at a known revision.
struct RevisionOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Refuse the request if the deployment's revision has changed.", valueName: "revision"))
  var ifRevision: UInt64?
}
