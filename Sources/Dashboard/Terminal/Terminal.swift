import CNcurses
import DeploymentInterface
import Glibc
package import SafeTexts
package import TerminalCells

/// The terminal through ncurses. One thread owns it, from `open` to `close`: ncurses is a global.
package final class Terminal {
  let input: Int32
  let outlet: TerminalWriter
  /// A remark about the terminal for the user, such as that its type is unknown.
  let note: SafeText?
  let isUnicode: Bool
  let depth: ColourDepth
  /// The modes to restore at the end.
  private let modes: termios
  private let screen: OpaquePointer
  private let keys: UnsafeMutablePointer<FILE>
  let curses: CursesOutput
  private let output: Int32
  /// A pad for reading keys, which is never drawn: reading from a window may refresh it first.
  let keyPad: UnsafeMutablePointer<WINDOW>
  let mayBeAsked: Bool
  let isInTmux: Bool
  let wantsSynchronized: Bool
  private let guarding: ProcessGuard?
  private var painter: Painter
  private var lastCursor: Point?
  private(set) var size: Size
  private(set) var theme: Theme
  private(set) var isOpen = true
  /// Whether ncurses has the terminal; otherwise the shell has it.
  var isTaken = false
  var hasAsked = false
  var knowsSynchronized = false
  /// When the questions of the start were asked; nil after the last answer.
  var answerOwed: Moment?

  /// The limit of memory: on a larger terminal the screen uses this part in the upper left corner.
  static let largest = Size(width: 1000, height: 400)

  /// Takes the terminal. Nothing is shown before the first frame.
  package static func open(_ options: TerminalOptions, theme: Theme) throws(TerminalAbsence)
    -> Terminal
  {
    guard isatty(options.input) == 1, isatty(options.output) == 1 else {
      throw TerminalAbsence(sentence: "standard input or output is not a terminal")
    }
    let term = options.environment["TERM"]
    let entry = TerminalEntry.choose(
      term: term, wantsDirect: options.wantsDirect,
      knows: { cn_knows($0, options.output) == 1 })
    guard let entry else {
      let name = SafeText(term ?? "")
      throw TerminalAbsence(sentence: "the terminal (TERM=\(name)) cannot show a full screen")
    }
    guard let terminal = Terminal(options, entry: entry, theme: theme) else {
      throw TerminalAbsence(sentence: "the terminal could not be opened as \(entry.name)")
    }
    return terminal
  }

  private init?(_ options: TerminalOptions, entry: TerminalEntry, theme: Theme) {
    var modes = termios()
    guard tcgetattr(options.output, &modes) == 0, let curses = CursesOutput(options.output),
      let keys = fdopen(dup(options.input), "r")
    else { return nil }
    isUnicode = cn_locale_is_utf8(options.locale) == 1
    // The window's actual size takes precedence over LINES and COLUMNS.
    use_env(true)
    use_tioctl(true)
    guard let screen = newterm(entry.name, curses.stream, keys) else { return nil }
    curses.divert()
    // Before the first endwin, ncurses makes one write for each cursor movement.
    endwin()
    guard let pad = newpad(1, 1) else { return nil }
    keyPad = pad
    self.screen = screen
    self.modes = modes
    self.theme = theme
    self.keys = keys
    self.curses = curses
    outlet = TerminalWriter(options.output)
    output = options.output
    input = options.input
    note = entry.note
    mayBeAsked = TerminalEntry.mayBeAsked(entry.name)
    isInTmux = options.environment["TMUX"]?.isEmpty == false
    wantsSynchronized = options.isSynchronized
    let hasColours = has_colors()
    if hasColours {
      start_color()
      use_default_colors()
    }
    depth = ColourDepth.choose(
      wish: options.colour, noColour: options.environment["NO_COLOR"]?.isEmpty == false,
      colours: hasColours ? Int(cn_colors()) : 0, isDirect: cn_is_direct() == 1)
    let styles = StyleSheet(theme: theme, depth: depth, colours: Int(cn_colors()))
    painter = Painter(styles: styles, isUnicode: isUnicode)
    guarding =
      options.guardsProcess ? ProcessGuard(terminal: outlet.descriptor, modes: modes) : nil
    size = Size(width: 80, height: 24)
    curses.withTerminal {
      raw()
      noecho()
      nonl()
    }
    setOptions(isRemote: options.environment["SSH_CONNECTION"] != nil)
    defineKeys()
    adopt(windowSize)
  }

  private func setOptions(isRemote: Bool) {
    intrflush(keyPad, false)
    keypad(keyPad, true)
    nodelay(keyPad, true)
    typeahead(-1)
    // Over a network the rest of a key's sequence may come late.
    set_escdelay(isRemote ? 80 : 25)
    curs_set(0)
    mouseinterval(0)
  }

  // MARK: - Frames

  var glyphs: Glyphs { theme.glyphs(unicode: isUnicode) }

  /// The bytes that make the terminal show a surface; empty if nothing changed.
  func frame(_ surface: Surface) -> [UInt8] {
    let changed = painter.paint(surface)
    let cursor = surface.cursor ?? Point(x: 0, y: max(0, size.height - 1))
    guard changed || cursor != lastCursor || !isTaken else { return [] }
    lastCursor = cursor
    wmove(cn_stdscr(), Int32(cursor.y), Int32(cursor.x))
    wnoutrefresh(cn_stdscr())
    doupdate()
    var frame = curses.take()
    // A terminal shows a small frame at once; only a large one can be seen half drawn.
    if knowsSynchronized && frame.count > 2048 {
      frame = Array("\u{1b}[?2026h".utf8) + frame + Array("\u{1b}[?2026l".utf8)
    }
    if !isTaken { frame += Array(announcement().utf8) }
    return frame
  }

  /// Makes the next frame send the whole screen.
  func repaint() {
    clearok(cn_curscr(), true)
    painter.forget()
    lastCursor = nil
  }

  func use(_ theme: Theme) {
    self.theme = theme
    painter.change(StyleSheet(theme: theme, depth: depth, colours: Int(cn_colors())))
  }

  /// Adopts the window's current size; returns it if it has changed.
  func resize() -> Size? {
    let now = windowSize
    guard now != size else { return nil }
    adopt(now)
    return now
  }

  private var windowSize: Size {
    var window = winsize()
    guard ioctl(output, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0
    else { return size }
    return Size(
      width: min(Int(window.ws_col), Self.largest.width),
      height: min(Int(window.ws_row), Self.largest.height))
  }

  private func adopt(_ size: Size) {
    self.size = size
    resizeterm(Int32(size.height), Int32(size.width))
    werase(cn_stdscr())
    if isTaken { repaint() }
  }

  // MARK: - Releasing the terminal

  /// Releases the terminal; `takeBack` takes it again.
  func giveAway() {
    guard isTaken else { return }
    if mayBeAsked { outlet.send("\u{1b}[?2004l\u{1b}[?1004l") }
    endwin()
    outlet.send(curses.take())
    outlet.drain(within: .milliseconds(500))
    curses.withTerminal { reset_shell_mode() }
    isTaken = false
  }

  /// Takes the terminal again, whatever its state; the next frame draws everything.
  func takeBack() {
    curses.withTerminal {
      def_shell_mode()
      reset_prog_mode()
    }
    repaint()
    _ = resize()
  }

  /// Drops captured output when it exceeds the limit.
  func tidy() { guarding?.trim() }

  /// Whether the process may use the terminal now: it is not in the background of a shell.
  var isForeground: Bool {
    let group = tcgetpgrp(output)
    return group < 0 || group == getpgrp()
  }

  /// Releases the terminal finally; returns what was written to standard error meanwhile.
  package func close() -> [SafeText] {
    guard isOpen else { return [] }
    isOpen = false
    awaitAnswer()
    setMouse(false)
    giveAway()
    var modes = modes
    tcsetattr(output, TCSANOW, &modes)
    delwin(keyPad)
    delscreen(screen)
    fclose(keys)
    return guarding?.release() ?? []
  }
}
