import ArgumentParser
import DeploymentEngine
import DeploymentInterface
import SafeTexts

struct AdoptCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    .adopt, usage: ["<name> <user>"],
    discussion: """
      A resource that `dashboard orphans` lists becomes a deployment again, only for this user: \
      nobody knows what its last user left in it. An engine must be running and have seen it twice.
      """)

  @Argument(help: ArgumentHelp("Its name, as `dashboard orphans` prints it.", valueName: "name"))
  var name: String
  @Argument(help: ArgumentHelp("The user.", valueName: "user"))
  var user: String
  @OptionGroup var options: ActOptions

  func validate() throws {
    guard !user.isEmpty else { throw ValidationError("the user's name is empty") }
  }

  func perform(_ context: CommandContext) throws(CommandFailure) {
    let act = Act(
      argument: name,
      verb: { view throws(LookupFailure) in
        for provider in view.state.providers {
          for orphan in provider.orphans.confirmed where orphan.thing.name.text == name {
            let found = OrphanName(
              provider: provider.name, kind: orphan.thing.kind, name: orphan.thing.name)
            return .adopt(found, user: SafeText(user))
          }
        }
        throw LookupFailure(
          status: .absent,
          sentence: "\(name): the engine has seen no orphan with this name")
      }, goal: Act.Goal(of: .adopt, on: name),
      matches: { earlier, _ in
        guard case .adopt(let orphan, let adopter) = earlier else { return false }
        return orphan.name.text == name && adopter.text == user
      })
    try RequestRunner(options, context).perform([act])
  }
}
