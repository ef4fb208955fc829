import ArgumentParser

/// The options of every command that acts.
struct ActOptions: ParsableArguments {
  @Flag(help: "Wait until it has ended, not only until it is accepted.")
  var wait = false

  @Option(
    help: ArgumentHelp(
      "Make it repeatable: the same key gets the first answer again.", valueName: "key"))
  var key: String?

  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if let key, key.utf8.count > 100 { throw ValidationError("--key takes at most 100 bytes") }
  }
}

/// The option of a command that acts on one deployment as somebody saw it.
struct RevisionOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Refuse it if the deployment has another revision by now.", valueName: "revision"))
  var ifRevision: UInt64?
}
