import ArgumentParser

/// The options of every command that makes requests.
struct ActOptions: ParsableArguments {
  @Flag(help: "Wait until the request is finished, not only accepted.")
  var wait = false

  @Option(
    help: ArgumentHelp(
      "Make the request repeatable: a repeated key gets the first reply again.", valueName: "key"))
  var key: String?

  @OptionGroup var global: GlobalOptions

  func validate() throws {
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
