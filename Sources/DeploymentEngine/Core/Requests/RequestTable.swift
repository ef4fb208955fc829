/// The kinds of requests, by name.
public enum RequestName: String, Hashable, Sendable, CaseIterable {
  /// About one deployment; see `Verb`.
  case assign, release, ready, move, cancel, destroy, retry, forget, undo
  /// About a pool; see `Verb`.
  case assignFromPool, unwait, publish, forcePublication, cancelPublication, pause, resume, lift,
    resize
  /// About a provider; see `Verb`.
  case maintenance
  /// About the inside of a deployment; see `Verb`.
  case notify
  /// About a resource without a record; see `Verb`.
  case removeOrphan, noteRemoval, adopt
  /// About the engine; see `Verb`.
  case reload
}

/// What a request is about.
public enum RequestSubject: Hashable, Sendable {
  /// One deployment.
  case deployment
  /// One pool.
  case pool
  /// One provider.
  case provider
  /// The inside of a deployment, which is known by its unique id.
  case guest
  /// A resource that exists without a record.
  case orphan
  /// The engine itself.
  case engine
}

/// What a user must confirm before a request is made.
public enum RequestConfirmation: Hashable, Sendable {
  /// Nothing: the request can be taken back.
  case none
  /// The request, if somebody uses a subject or if there are several subjects.
  case whenInUse
  /// The request, always: it cannot be taken back.
  case always
  /// The name, typed out: the engine asks no driver, so no other check finds a mistake.
  case typedName
}

/// When an accepted request is fulfilled.
public enum RequestCompletion: Hashable, Sendable {
  /// With the engine's reply.
  case answered
  /// When the deployment is history.
  case gone
  /// When the deployment is usable and no operation runs.
  case usable
  /// When the deployment is usable or history, and no operation runs.
  case ended
  /// When the user may use a deployment.
  case letIn
  /// When the newest publication of the pool is active.
  case published
}

/// A row of the table of requests. Commands, actions of the screen, their help, the manual page and
/// the engine share it; `Permission` decides whether a request is permitted.
public struct RequestRow: Hashable, Sendable {
  /// The name of the request.
  public let name: RequestName
  /// What it is about.
  public let subject: RequestSubject
  /// The command that makes it.
  public let command: String
  /// One sentence that tells a user of the command line what to do with it.
  public let summary: String
  /// One sentence that tells a user of the screen what it does.
  public let help: String
  /// What a user confirms first.
  public let confirmation: RequestConfirmation
  /// When it is fulfilled.
  public let completion: RequestCompletion
  /// The request as one that waits for the grace time; nil if it is carried out at once.
  public let graceful: GracefulVerb?

  private init(
    _ name: RequestName, _ subject: RequestSubject, command: String? = nil, _ summary: String,
    help: String, confirm confirmation: RequestConfirmation = .none,
    until completion: RequestCompletion = .answered, grace graceful: GracefulVerb? = nil
  ) {
    self.name = name
    self.subject = subject
    self.command = command ?? name.rawValue
    self.summary = summary
    self.help = help
    self.confirmation = confirmation
    self.completion = completion
    self.graceful = graceful
  }
}

extension RequestRow {
  fileprivate static let assign = RequestRow(
    .assign, .deployment, "Give a user a deployment of a pool, or a certain deployment.",
    help: "Gives it to a user; on a pool, the engine chooses one.", until: .letIn)
  fileprivate static let release = RequestRow(
    .release, .deployment, "Take a deployment from its user, and remove it.",
    help: "Takes it from its user and removes it.", confirm: .always, until: .gone,
    grace: .release)
  fileprivate static let ready = RequestRow(
    .ready, .deployment, "Make sure that a deployment can be used now.",
    help: "Makes sure that it can be used now (setReady).", until: .usable)
  fileprivate static let move = RequestRow(
    .move, .deployment, "Move a cached deployment to the other cache level.",
    help: "Moves it to the other cache level.", until: .usable)
  fileprivate static let cancel = RequestRow(
    .cancel, .deployment, "Cancel the operation that runs on a deployment.",
    help: "Cancels what is running, when no call is in flight.", confirm: .whenInUse,
    until: .gone, grace: .cancel)
  fileprivate static let destroy = RequestRow(
    .destroy, .deployment, "Remove a deployment with all that belongs to it.",
    help: "Removes it.", confirm: .always, until: .gone, grace: .destroy)
  fileprivate static let retry = RequestRow(
    .retry, .deployment, "Do the operation again that ended a deployment in error.",
    help: "Does the operation that failed again.", until: .ended)
  fileprivate static let forget = RequestRow(
    .forget, .deployment,
    "Drop a deployment in error that you cleaned up by hand; no driver is called.",
    help: "Makes it history without a call: you cleaned up by hand.", confirm: .typedName,
    until: .gone)
  fileprivate static let undo = RequestRow(
    .undo, .deployment, "Take back a request while its grace time runs.",
    help: "Takes back what waits for its grace time.")

  fileprivate static let assignFromPool = RequestRow(
    .assignFromPool, .pool, command: "assign", assign.summary, help: assign.help, until: .letIn)
  fileprivate static let unwait = RequestRow(
    .unwait, .pool, "Take a user who waits for a deployment of a pool off the queue.",
    help: "Takes a user who waits off the queue of the pool.")
  fileprivate static let publish = RequestRow(
    .publish, .pool, "Prepare a pool's next publication; the old one drains.",
    help: "Prepares the next publication of the pool.", until: .published)
  fileprivate static let forcePublication = RequestRow(
    .forcePublication, .pool, command: "publish",
    "Give up the last ready deployment where a publication waits for room.",
    help: "Lets a publication that waits for room have the place of the last ready deployment.",
    confirm: .always, until: .published)
  fileprivate static let cancelPublication = RequestRow(
    .cancelPublication, .pool, command: "publish", "End the publication that is being prepared.",
    help: "Ends the publication that is being prepared.")
  fileprivate static let pause = RequestRow(
    .pause, .pool, "Let a pool create nothing and refuse new users; it serves those who hold one.",
    help: "Creates nothing and refuses new users.")
  fileprivate static let resume = RequestRow(
    .resume, .pool, "End a pool's pause.", help: "Ends the pause.")
  fileprivate static let lift = RequestRow(
    .lift, .pool, "End a pool's restraint: let it create again though creating failed.",
    help: "Lets a restrained pool create again now.")
  fileprivate static let resize = RequestRow(
    .resize, .pool, "Set sizes of a pool; they win over the configuration until they are reset.",
    help: "Changes the sizes of the pool.")

  fileprivate static let maintenance = RequestRow(
    .maintenance, .provider, "Stop all calls to a provider, or allow them again.",
    help: "Makes no call to the pool's provider at all, or calls it again.")
  fileprivate static let notify = RequestRow(
    .notify, .guest, "Say what an OS manager's agent says from inside a deployment.",
    help: "Says what an agent says.")
  fileprivate static let removeOrphan = RequestRow(
    .removeOrphan, .orphan, command: "orphans",
    "Remove a resource that exists without a record.",
    help: "Removes something that exists without a record.", confirm: .always)
  fileprivate static let noteRemoval = RequestRow(
    .noteRemoval, .orphan, command: "orphans",
    "Note that a resource without a record was removed by hand.",
    help: "Notes that something without a record was removed by hand.")
  fileprivate static let adopt = RequestRow(
    .adopt, .orphan, "Give a user back what exists outside without a record.",
    help: "Makes it a deployment again, of the user who still needs it.", until: .ended)
  fileprivate static let reload = RequestRow(
    .reload, .engine, "Let the engine read its configuration file again.",
    help: "Reads the configuration file of the engine again.")
}

extension RequestName {
  /// The row of the table with this name.
  public var row: RequestRow {
    switch self {
    case .assign: .assign
    case .release: .release
    case .ready: .ready
    case .move: .move
    case .cancel: .cancel
    case .destroy: .destroy
    case .retry: .retry
    case .forget: .forget
    case .undo: .undo
    case .assignFromPool: .assignFromPool
    case .unwait: .unwait
    case .publish: .publish
    case .forcePublication: .forcePublication
    case .cancelPublication: .cancelPublication
    case .pause: .pause
    case .resume: .resume
    case .lift: .lift
    case .resize: .resize
    case .maintenance: .maintenance
    case .notify: .notify
    case .removeOrphan: .removeOrphan
    case .noteRemoval: .noteRemoval
    case .adopt: .adopt
    case .reload: .reload
    }
  }
}
