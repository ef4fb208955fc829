package import DeploymentInterface
package import SafeTexts

/// The program that the terminal's loop runs: a value that receives events and draws itself.
///
/// The loop calls it on one thread only. It delivers all pending events before it asks for one
/// drawing, so ten keys typed ahead make one frame.
package protocol ScreenProgram {
  /// Handles one event and returns its consequences.
  mutating func update(_ event: LoopEvent, at now: EngineTime) -> LoopDirective
  /// Draws the whole screen.
  func draw(_ size: Size, glyphs: Glyphs) -> Surface
  /// When the program wants a `clock` event; nil: not before another event. The loop asks before
  /// each wait and does not wake up in between.
  var wakeAt: Moment? { get }
}

/// An event for the screen's program.
package enum LoopEvent: Sendable {
  /// The first event: the screen is open. The note is a remark for the user, such as an unknown
  /// terminal.
  case started(Size, note: SafeText?)
  case input(TerminalInput)
  /// Another thread woke the loop: read the queues.
  case woken
  /// The time `wakeAt` has come.
  case clock
  /// The terminal has shown the frame that `LoopAction.holdKeys` waited for; keys arrive again.
  case shown
  /// The process is about to be stopped: release what others wait for before returning.
  case suspending
  /// The process runs again.
  case resumed
  /// The loop is about to end: by request, by a signal, or because the terminal went away.
  case ending(LoopEnd)
}

/// Why the loop ends.
package enum LoopEnd: Hashable, Sendable {
  /// The program asked for it, with this exit status.
  case quit(Int32)
  /// A signal asked for it; the exit status is 128 plus the signal's number.
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

/// The consequences of an event.
package struct LoopDirective: Sendable {
  /// Whether the screen may have changed.
  package var redraw: Bool
  /// The actions to carry out at once, in order.
  package var actions: [LoopAction]

  package init(redraw: Bool = true, actions: [LoopAction] = []) {
    self.redraw = redraw
    self.actions = actions
  }

  package static let nothing = LoopDirective(redraw: false)
  package static let redraw = LoopDirective()
}

/// An action that the loop carries out for its program.
package enum LoopAction: Sendable {
  case quit(Int32)
  /// Stops the process, as Ctrl-Z does elsewhere.
  case suspend
  /// Sends the whole screen again.
  case repaint
  /// Puts a text on the clipboard of the user's terminal.
  case copy(SafeText)
  /// A question is in the next frame: keys pressed before the terminal shows it are dropped.
  case holdKeys
  /// Switches the mouse on or off.
  case mouse(Bool)
  /// Changes colours and signs.
  case theme(Theme)
}
