package import DeploymentEngine
package import DeploymentInterface
package import SafeTexts
package import TerminalCells

/// A message to the screen's model. Nothing else changes the screen.
package enum Message: Sendable {
  /// Input from the user. The size comes first, and after each change.
  case input(TerminalInput)
  /// The whole state of the store.
  case snapshot(StoreSnapshot)
  /// Changes in the store.
  case changes(StoreChanges)
  /// The engine that runs on the store, and whether it is in this process.
  case presence(LeaseStatus, isHere: Bool)
  /// Events that `Command.loadJournal` asked for, oldest first.
  case journal(DeploymentID?, [NumberedEntry])
  /// The engine answered a request.
  case answer(RequestKey, Reply)
  /// The result of a withdrawal: whether the request is gone.
  case withdrawn(RequestKey, Bool)
  /// Time has passed.
  case clock
  /// The local zone, at the start and when it changes.
  case zone(Zone)
  /// A remark that is not a failure.
  case notice(SafeText)
  /// A failure, in one sentence.
  case failure(SafeText)
  /// Why the store cannot be read at present, in one sentence; nil: it can be read again.
  case storeTrouble(SafeText?)
  /// The pace of a simulated world, for the header.
  case pace(SafeText)
}

/// A command that the screen's model returns.
package enum Command: Hashable, Sendable {
  /// Sends requests to the engine. Made in one place, after the check for read-only.
  case send([Request])
  /// Withdraws requests that were not answered in time.
  case withdraw([RequestKey])
  /// Reads events of one deployment or of all: those after a number, or the last ones.
  case loadJournal(DeploymentID?, after: Int64?)
  /// Reads the whole store again.
  case reload
  /// Drops keys that were pressed before a question was visible, as they must not answer it.
  case flushInput
  /// Puts a text on the clipboard of the user's terminal.
  case copy(SafeText)
  /// Draws the whole screen again.
  case redraw
  /// Suspends the program until the shell continues it.
  case suspend
  /// Changes the pace of a simulated world.
  case pace(ActionID)
  /// Ends the program.
  case quit(Int32)
}

/// The settings of the screen, fixed at its start.
package struct ScreenSettings: Sendable {
  /// The store or host, for the header.
  package var place: SafeText
  /// The user who makes the requests, as recorded in the events.
  var actor: SafeText
  /// The prefix of all request keys; different for each run of the program.
  var session: String
  /// How long a cancel, destroy or release can be undone; zero: not at all.
  var grace: TimeSpan = .seconds(5)
  /// Whether requests are disabled.
  var isReadOnly = false
  /// The key map.
  var keys: KeyMap = .standard
  /// Whether quitting removes the store and all its deployments.
  package var isThrowaway = false
  /// Why the engine does not run on the configuration file; nil: it does, or there is none.
  package var rejectedConfiguration: SafeText?

  /// Whether a simulated world is shown, whose time can be stopped.
  package var isSimulation = false

  /// Makes settings.
  package init(
    place: SafeText, actor: SafeText, session: String, grace: TimeSpan = .seconds(5),
    isReadOnly: Bool = false, keys: KeyMap = .standard
  ) {
    self.place = place
    self.actor = actor
    self.session = session
    self.grace = grace
    self.isReadOnly = isReadOnly
    self.keys = keys
  }
}
