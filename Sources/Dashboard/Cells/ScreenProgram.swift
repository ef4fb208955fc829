package import DeploymentInterface
package import SafeTexts

/// What the terminal's loop runs: a value that is told what happened and draws itself.
///
/// The loop calls it on one thread only. It hands over everything that is there before it asks for
/// one drawing, so ten keys typed ahead make one frame.
package protocol ScreenProgram {
  /// Takes one event and says what follows from it.
  mutating func update(_ event: LoopEvent, at now: EngineTime) -> LoopDirective
  /// The whole screen.
  func draw(_ size: Size, glyphs: Glyphs) -> Surface
  /// When it wants to be told the time again; nil: not before something else happens. The loop asks
  /// before each rest and does not wake up in between.
  var wakeAt: Moment? { get }
}

/// Something that happened to the screen's program.
package enum LoopEvent: Sendable {
  /// First of all events: the screen is there, with what must be said about it (an unknown
  /// terminal).
  case started(Size, note: SafeText?)
  case input(TerminalInput)
  /// Somebody woke the loop: look into your mailboxes.
  case woken
  /// `wakeAt` has come.
  case clock
  /// The terminal has shown what `LoopAction.holdKeys` waited for; keys come again.
  case shown
  /// The program is about to be stopped: what others wait for must be given away before this
  /// returns.
  case suspending
  /// It runs again.
  case resumed
  /// It is about to end: by a signal, or because the terminal went away.
  case ending(LoopEnd)
}

/// Why the loop ends.
package enum LoopEnd: Hashable, Sendable {
  /// The program wished it, with this exit status.
  case quit(Int32)
  /// A signal asked for it; the exit status is 128 and its number.
  case signal(Int32)
  /// The terminal went away; the exit status is that of SIGHUP.
  case hangUp

  package var exitStatus: Int32 {
    switch self {
    case .quit(let status): status
    case .signal(let number): 128 + number
    case .hangUp: 129
    }
  }
}

/// What follows from an event.
package struct LoopDirective: Sendable {
  /// Whether the picture may have changed.
  package var redraw: Bool
  /// Carried out in order, after the frame in which `redraw` shows.
  package var actions: [LoopAction]

  package init(redraw: Bool = true, actions: [LoopAction] = []) {
    self.redraw = redraw
    self.actions = actions
  }

  package static let nothing = LoopDirective(redraw: false)
  package static let redraw = LoopDirective()
}

/// What the loop does for its program.
package enum LoopAction: Sendable {
  case quit(Int32)
  /// As Ctrl-Z does elsewhere.
  case suspend
  /// Sends the whole picture again.
  case repaint
  /// Puts a text on the clipboard of whoever sits at the terminal.
  case copy(SafeText)
  /// A question was put on the screen: keys pressed before the terminal shows it are dropped.
  case holdKeys
  /// Switches the mouse on or off.
  case mouse(Bool)
  /// Changes colours and signs.
  case theme(Theme)
}
