import CNcurses
package import DeploymentInterface
import Glibc
package import Posix
package import SafeTexts
package import TerminalCells

/// The choice of the theme.
package enum ThemeChoice: Sendable {
  case fixed(Theme)
  /// By the terminal's background colour; dark until the terminal reports it.
  case auto(dark: Theme, light: Theme)

  /// The theme at the start.
  package var first: Theme {
    switch self {
    case .fixed(let theme), .auto(dark: let theme, light: _): theme
    }
  }
}

/// The loop of the one thread that owns ncurses: it waits for keys, wake-ups and signals, informs
/// the program, and draws.
///
/// It sleeps until something happens; the program says when it wants a `clock` event.
package struct TerminalLoop<Program: ScreenProgram> {
  /// The outcome of a run.
  package struct Outcome {
    package let end: LoopEnd
    /// The last lines that were written to standard error meanwhile.
    package let chatter: [SafeText]
  }

  private enum Hold {
    case none
    /// The next frame contains a question.
    case wanted
    /// The frame was sent; the answer, or this moment, ends the wait.
    case asked(until: Moment)
  }

  private(set) var program: Program
  private let terminal: Terminal
  private let signals: SignalDescriptor
  private let wake: WakePipe
  private let clock: () -> EngineTime
  private let stop: (_ signal: Int32, _ wholeGroup: Bool) -> Void
  private var theme: ThemeChoice
  private var decoder = InputDecoder()
  private var pacer = FramePacer()
  private var flow = FlowControl()
  private var hold = Hold.none
  private var end: LoopEnd?

  /// - clock: the machine's clocks by default.
  /// - stop: stops the process or, with `wholeGroup`, its group, until it is continued.
  package init(
    program: Program, terminal: Terminal, theme: ThemeChoice, signals: SignalDescriptor,
    wake: WakePipe,
    clock: @escaping () -> EngineTime = LoopClock.now,
    stop: @escaping (_ signal: Int32, _ wholeGroup: Bool) -> Void = { cn_stop($0, $1 ? 1 : 0) }
  ) {
    self.program = program
    self.terminal = terminal
    self.theme = theme
    self.signals = signals
    self.wake = wake
    self.clock = clock
    self.stop = stop
  }

  /// Runs until the program, a signal or the terminal ends it, and releases the terminal.
  package mutating func run() -> Outcome {
    deliver(.started(terminal.size, note: terminal.note), .input)
    while end == nil {
      drawIfDue()
      if end == nil { wait() }
    }
    let end = end ?? .quit(0)
    _ = program.update(.ending(end), at: clock())
    return Outcome(end: end, chatter: terminal.close())
  }

  // MARK: - Waiting

  private mutating func wait() {
    var polls = [
      pollfd(fd: terminal.input, events: Int16(POLLIN), revents: 0),
      pollfd(fd: wake.reading, events: Int16(POLLIN), revents: 0),
      pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    let outlet = terminal.outlet
    if !outlet.isEmpty {
      polls.append(pollfd(fd: outlet.descriptor, events: Int16(POLLOUT), revents: 0))
    }
    guard poll(&polls, nfds_t(polls.count), timeout(clock().moment)) >= 0 else { return }
    if polls[2].revents != 0 { while let signal = signals.next() { receive(signal) } }
    if polls[1].revents != 0 {
      wake.drain()
      deliver(.woken, .data)
    }
    if end == nil, polls[0].revents != 0 { readTerminal() }
    outlet.flush()
    passTime(clock().moment)
  }

  /// The milliseconds until the next scheduled event; -1 if there is none.
  private func timeout(_ now: Moment) -> Int32 {
    var times = [program.wakeAt, decoder.deadline, flow.blockedUntil(at: now)]
    if case .asked(let until) = hold { times.append(until) }
    // A frame that waits for the terminal is not due by the clock.
    if terminal.outlet.isEmpty && flow.blockedUntil(at: now) == nil { times.append(pacer.due) }
    guard let next = times.compactMap({ $0 }).min() else { return -1 }
    return Int32(min(max(0, (next - now).milliseconds), 86_400_000))
  }

  private mutating func passTime(_ now: Moment) {
    take(decoder.expire(at: now))
    flow.expire(at: now)
    if case .asked(let until) = hold, until <= now { release() }
    if let wakeAt = program.wakeAt, wakeAt <= now {
      terminal.tidy()
      deliver(.clock, .data)
    }
  }

  // MARK: - Events

  private mutating func deliver(_ event: LoopEvent, _ cause: FramePacer.Cause) {
    guard end == nil else { return }
    let now = clock()
    let directive = program.update(event, at: now)
    if directive.redraw { pacer.want(cause, at: now.moment) }
    for action in directive.actions { carryOut(action) }
  }

  private mutating func carryOut(_ action: LoopAction) {
    switch action {
    case .quit(let status): end = end ?? .quit(status)
    case .suspend: suspend(SIGTSTP, wholeGroup: true)
    case .repaint: repaint()
    case .copy(let text): terminal.copy(text)
    case .holdKeys: hold = .wanted
    case .mouse(let isOn): terminal.setMouse(isOn)
    case .theme(let chosen):
      theme = .fixed(chosen)
      terminal.use(chosen)
      repaint()
    }
  }

  private mutating func repaint() {
    terminal.repaint()
    pacer.want(.input, at: clock().moment)
  }

  // MARK: - Input

  private mutating func readTerminal() {
    let raw = terminal.readKeys()
    let now = clock().moment
    for piece in raw { take(decoder.feed(piece, at: now)) }
    if raw.count < Terminal.readLimit { take(decoder.pause()) }
    if raw.isEmpty && terminal.hasEnded { end = end ?? .hangUp }
  }

  private mutating func take(_ decoded: [InputDecoder.Decoded]) {
    for piece in decoded {
      switch piece {
      case .input(let input): take(input)
      case .answer(let answer): take(answer)
      }
    }
  }

  private mutating func take(_ input: TerminalInput) {
    switch (input, hold) {
    case (.key, .none), (.paste, .none), (.mouse, .none), (.focus, _), (.resized, _):
      deliver(.input(input), .input)
    case (.key, _), (.paste, _), (.mouse, _): break
    }
  }

  private mutating func take(_ answer: TerminalAnswer) {
    terminal.heard(answer)
    flow.trust()
    switch answer {
    case .status:
      flow.answered()
      if case .asked = hold, flow.unanswered == 0 { release() }
    case .background(let colour):
      guard case .auto(_, let light) = theme, LabColour(colour).lightness > 50 else { return }
      theme = .fixed(light)
      terminal.use(light)
      pacer.want(.input, at: clock().moment)
    case .attributes, .mode: break
    }
  }

  /// Delivers keys again: the user sees the question.
  private mutating func release() {
    hold = .none
    deliver(.shown, .input)
  }

  // MARK: - Drawing

  private mutating func drawIfDue() {
    let now = clock().moment
    guard let due = pacer.due, due <= now, flow.blockedUntil(at: now) == nil,
      terminal.outlet.isEmpty
    else { return }
    if let size = terminal.resize() { deliver(.input(.resized(size)), .resize) }
    var frame = terminal.frame(program.draw(terminal.size, glyphs: terminal.glyphs))
    pacer.drawn(at: now)
    var asks = flow.sent(bytes: frame.count)
    if case .wanted = hold {
      hold = .asked(until: now + FlowControl.patience)
      asks = true
    }
    if asks {
      frame += Terminal.statusQuestion
      flow.asked(at: now)
    }
    terminal.outlet.send(frame)
  }

  // MARK: - Signals

  private mutating func receive(_ signal: Int32) {
    switch signal {
    case SIGWINCH: pacer.want(.resize, at: clock().moment)
    case SIGTSTP: suspend(SIGTSTP, wholeGroup: false)
    case SIGCONT: takeBack()
    default: end = end ?? .signal(signal)
    }
  }

  private mutating func suspend(_ signal: Int32, wholeGroup: Bool) {
    deliver(.suspending, .data)
    guard end == nil else { return }
    terminal.giveAway()
    stop(signal, wholeGroup)
    // Drop the signals of this stop and continuation.
    while let late = signals.next() {
      if late != SIGCONT && late != SIGTSTP { receive(late) }
    }
    takeBack()
    deliver(.resumed, .input)
  }

  /// Takes the terminal after any stop, expected or not. If the shell continued this process in the
  /// background, it still owns the terminal: stop until it is foreground, as every program does
  /// that wants to write there.
  private mutating func takeBack() {
    terminal.giveAway()
    if !terminal.isForeground { stop(SIGTTOU, false) }
    terminal.takeBack()
    flow.forget()
    decoder = InputDecoder()
    pacer.want(.input, at: clock().moment)
  }
}
