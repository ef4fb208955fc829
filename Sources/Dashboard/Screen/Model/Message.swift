package import DeploymentEngine
package import DeploymentInterface
package import SafeTexts
package import TerminalCells

/// What the screen's model is told. Everything that changes the screen comes as one of these.
package enum Message: Sendable {
  /// The screen has this size; first of all, and after each change.
  case input(TerminalInput)
  /// All of the store.
  case snapshot(StoreSnapshot)
  /// What changed in the store.
  case changes(StoreChanges)
  /// Which engine runs on the store, and whether it is in this process.
  case presence(LeaseStatus, isHere: Bool)
  /// Events that `Command.loadJournal` asked for, oldest first.
  case journal(DeploymentID?, [NumberedEntry])
  /// The engine answered a request.
  case answer(RequestKey, Reply)
  /// What became of a withdrawal: whether the request is gone.
  case withdrawn(RequestKey, Bool)
  /// Time has passed.
  case clock
  /// The local zone, first and when it changes.
  case zone(Zone)
  /// Something to say that is no failure.
  case notice(SafeText)
  /// Something that could not be done, in one sentence.
  case failure(SafeText)
  /// The store cannot be read at present, in one sentence; nil: it can again.
  case storeTrouble(SafeText?)
  /// How the time of a simulated world passes, for the header.
  case pace(SafeText)
}

/// What the screen's model wants done.
package enum Command: Hashable, Sendable {
  /// Leaves requests for the engine. Made in one place, below the check for read-only.
  case send([Request])
  /// Takes back requests that were not answered in time.
  case withdraw([RequestKey])
  /// Reads events: of one deployment or of all, after a number or the last ones.
  case loadJournal(DeploymentID?, after: Int64?)
  /// Reads the whole store again.
  case reload
  /// A question was put on the screen: keys pressed before it was visible must not answer it.
  case flushInput
  /// Puts a text on the clipboard of whoever sits at the terminal.
  case copy(SafeText)
  /// Draws the whole screen again.
  case redraw
  /// Gives the terminal back until the shell continues the program.
  case suspend
  /// Changes how the time of a simulated world passes.
  case pace(ActionID)
  /// Ends the program.
  case quit(Int32)
}

/// What the screen is told once, at its start.
package struct ScreenSettings: Sendable {
  /// The store or host that is shown, for the header.
  package var place: SafeText
  /// Who asks, as it will stand in the events.
  var actor: SafeText
  /// Begins the key of every request; another one for each run of the program.
  var session: String
  /// How long a cancel, destroy or release can be taken back; zero: not at all.
  var grace: TimeSpan = .seconds(5)
  /// No request is made.
  var isReadOnly = false
  /// What the keys do.
  var keys: KeyMap = .standard
  /// Whoever quits removes the store and everything that was made for it.
  package var isThrowaway = false

  /// A simulated world is shown, whose time can be stopped.
  package var isSimulation = false

  /// Settings from their parts.
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
