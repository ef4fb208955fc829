import ArgumentParser
import DeploymentEngine
import DeploymentInterface
import SafeTexts

struct AssignCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    .assign, usage: ["<pool> <user>", "<id> <user>", "<pool> --users <file>"],
    discussion: """
      From a pool, the engine chooses the deployment that the user already holds, a ready one, one \
      that will be ready soon, or a new one. With --wait it waits until the user is let in, and \
      prints the IP. If it ends before that, by --timeout or a signal, the user no longer waits, \
      unless --stay is given. The same applies if it is killed, unless it has a --key, with which \
      it can be repeated.
      """)

  @Argument(help: ArgumentHelp("A pool, or a deployment's id or name.", valueName: "pool|id"))
  var target: String
  @Argument(help: ArgumentHelp("The user.", valueName: "user"))
  var user: String?
  @Option(
    help: ArgumentHelp(
      "Assign a deployment to each user in this file, one name per line; - reads standard input.",
      valueName: "file"),
    completion: .file())
  var users: String?
  @Flag(help: "With --wait: the user goes on waiting if this command ends first.")
  var stay = false
  @OptionGroup var revision: RevisionOption
  @OptionGroup var options: ActOptions

  func validate() throws {
    if stay, !options.wait { throw ValidationError("--stay needs --wait") }
    guard (user == nil) != (users == nil) else {
      throw ValidationError("name one user, or a file with --users")
    }
    guard user.map({ UserNames.trimmed(SafeText($0)).isEmpty }) != true else {
      throw ValidationError("the user's name is empty")
    }
    guard users == nil || revision.ifRevision == nil else {
      throw ValidationError("--if-revision needs exactly one deployment")
    }
  }

  func perform(_ context: CommandContext) throws(CommandFailure) {
    let signals = options.wait ? context.signals() : nil
    defer { signals?.end() }
    let names = try users.map { file throws(CommandFailure) in try Self.names(in: file) }
    let acts = (names ?? [user ?? ""]).map { act(for: $0, isFromFile: names != nil) }
    var runner = try RequestRunner(options, ifRevision: revision.ifRevision, context)
    runner.signals = signals
    runner.staysWaiting = stay
    try runner.perform(acts, form: .addresses)
  }

  private func act(for name: String, isFromFile: Bool) -> Act {
    let user = SafeText(name)
    return Act(
      argument: isFromFile ? name : target,
      verb: { view throws(LookupFailure) in
        if let pool = view.pool(named: target) { return .assignFromPool(pool.name, user: user) }
        do throws(LookupFailure) {
          return .assign(try view.deployment(named: target).id, user: user)
        } catch {
          guard error.status == .absent, DeploymentID(parsing: target) == nil else { throw error }
          throw LookupFailure(
            status: .absent,
            sentence: view.noPool(target) + ", and no deployment has this name")
        }
      },
      goal: Act.Goal(of: .assign, on: target, user: user),
      matches: { earlier, view in
        guard case .assign(let id, user) = earlier else { return false }
        return Act.isTyped(target, id, in: view)
      })
  }

  /// Reads the names in a file, one per line; ignores blank lines and blanks around names.
  private static func names(in file: String) throws(CommandFailure) -> [String] {
    let path = file == "-" ? "/dev/stdin" : file
    do throws(YAMLFile.Unreadable) {
      let lines = try YAMLFile.text(of: path).split(whereSeparator: \.isNewline)
      let names = lines.map { $0.trimmingBlanks }.filter { !$0.isEmpty }
      guard !names.isEmpty else {
        throw YAMLFile.Unreadable.absent(.init(file: file, "contains no names; write one per line"))
      }
      var seen: Set<String> = []
      return names.filter { seen.insert($0).inserted }
    } catch {
      switch error {
      case .absent(let problem), .unreadable(let problem):
        throw CommandFailure(.absent, "dashboard: \(problem)")
      }
    }
  }
}

extension Substring {
  /// The text without whitespace at both ends.
  fileprivate var trimmingBlanks: String {
    let start = drop { $0.isWhitespace }
    let end = start.lastIndex { !$0.isWhitespace } ?? start.startIndex
    return start.isEmpty ? "" : String(start[...end])
  }
}
