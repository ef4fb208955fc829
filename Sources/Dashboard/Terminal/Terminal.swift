import CNcurses
import DeploymentEngine
import FoundationEssentials
import Glibc

/// How the terminal is to be used.
struct TerminalOptions {
  /// Descriptors of the terminal.
  var input: Int32 = 0
  var output: Int32 = 1
  /// `TERM`, `COLORTERM`, `NO_COLOR`, `SSH_CONNECTION` and `TMUX` are looked at.
  var environment: [String: String] = [:]
  /// Less colour than the terminal has; nil: as it comes.
  var colour: ColourDepth?
  /// Whether frames may be sent as one where the terminal knows how.
  var isSynchronized = true
  /// The locale for characters; empty: the environment's.
  var locale = ""
  /// Whether standard error is captured and crashes give the terminal back.
  var guardsProcess = true
}

/// Why there is no screen; what is printed instead is the caller's.
struct TerminalAbsence: Error, Hashable, Sendable {
  let sentence: SafeText
}

/// The terminal through ncurses. One thread owns it, from `open` to `close`: ncurses is a global.
final class Terminal {
  let output: Int32
  let input: Int32
  /// What must be said about the terminal, such as that it is not known.
  let note: SafeText?
  let isUnicode: Bool
  let depth: ColourDepth
  /// How it is given back.
  private let modes: termios
  private let screen: OpaquePointer
  private let files: [UnsafeMutablePointer<FILE>]
  /// Keys are read on a pad that is never drawn to: reading on a window may send it first.
  let keyPad: UnsafeMutablePointer<WINDOW>
  private let mayBeAsked: Bool
  private let isInTmux: Bool
  private let wantsSynchronized: Bool
  private let guarding: ProcessGuard?
  private var painter: Painter
  private var lastCursor: Point?
  private(set) var size: Size
  private(set) var theme: Theme
  private(set) var isOpen = true
  /// ncurses has the terminal; otherwise the shell.
  private var isTaken = false
  private var hasAsked = false
  private(set) var knowsSynchronized = false
  /// The terminal still owes the answer that ends the questions of the start.
  private(set) var owesAnswer = false

  /// Larger screens are drawn in this corner: memory has a limit.
  static let largest = Size(width: 1000, height: 400)

  /// Takes the terminal. Nothing is shown before the first `show`.
  static func open(_ options: TerminalOptions, theme: Theme) throws(TerminalAbsence) -> Terminal {
    guard isatty(options.input) == 1, isatty(options.output) == 1 else {
      throw TerminalAbsence(sentence: "standard input or output is no terminal")
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
    guard tcgetattr(options.output, &modes) == 0,
      let inFile = fdopen(dup(options.input), "r"), let outFile = fdopen(dup(options.output), "w")
    else { return nil }
    isUnicode = cn_locale_is_utf8(options.locale) == 1
    // The window's own size outweighs what LINES and COLUMNS say.
    use_env(true)
    use_tioctl(true)
    guard let screen = newterm(entry.name, outFile, inFile) else { return nil }
    // Until endwin has been called once, ncurses does one write for each movement of the cursor.
    endwin()
    guard let pad = newpad(1, 1) else { return nil }
    keyPad = pad
    self.screen = screen
    self.modes = modes
    self.theme = theme
    files = [inFile, outFile]
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
      options.guardsProcess ? ProcessGuard(terminal: options.output, modes: modes) : nil
    size = Size(width: 80, height: 24)
    Self.setModes(pad, isRemote: options.environment["SSH_CONNECTION"] != nil)
    defineKeys()
    adopt(windowSize)
  }

  private static func setModes(_ pad: UnsafeMutablePointer<WINDOW>, isRemote: Bool) {
    raw()
    noecho()
    nonl()
    intrflush(pad, false)
    keypad(pad, true)
    nodelay(pad, true)
    typeahead(-1)
    // Over a network the rest of a key's sequence may come late.
    set_escdelay(isRemote ? 80 : 25)
    curs_set(0)
    mouseinterval(0)
  }

  // MARK: - Showing

  var glyphs: Glyphs { theme.glyphs(unicode: isUnicode) }

  /// Shows a picture in one frame and answers how many cells of it were new. Nothing is sent when nothing
  /// is new.
  func show(_ surface: Surface) -> Int {
    let changed = painter.paint(surface)
    let cursor = surface.cursor ?? Point(x: 0, y: max(0, size.height - 1))
    guard changed > 0 || cursor != lastCursor || !isTaken else { return 0 }
    lastCursor = cursor
    wmove(cn_stdscr(), Int32(cursor.y), Int32(cursor.x))
    wnoutrefresh(cn_stdscr())
    // A small frame is one write, which a terminal takes whole; only a large one can be seen half done.
    let isLarge = knowsSynchronized && changed * 4 > size.width * size.height
    if isLarge { send("\u{1b}[?2026h") }
    doupdate()
    if isLarge { send("\u{1b}[?2026l") }
    if !isTaken { announce() }
    return changed
  }

  /// The whole picture is sent again with the next `show`.
  func repaint() {
    clearok(cn_curscr(), true)
    painter.forget()
    lastCursor = nil
  }

  func use(_ theme: Theme) {
    self.theme = theme
    painter.change(StyleSheet(theme: theme, depth: depth, colours: Int(cn_colors())))
  }

  /// Whether the terminal has taken what it was sent.
  var isReady: Bool {
    var waiting: Int32 = 0
    _ = ioctl(output, UInt(TIOCOUTQ), &waiting)
    var poll = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
    return waiting == 0 && Glibc.poll(&poll, 1, 0) == 1 && poll.revents & Int16(POLLOUT) != 0
  }

  /// Takes the window's present size; answers it if it is another one.
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

  // MARK: - Talking

  /// Sends something that ncurses does not know of, between two frames.
  func send(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }

  /// Asks for a sign that everything sent so far has been shown.
  func askStatus() { send("\u{1b}[5n") }

  /// Puts a text on the clipboard of the person at the terminal; longer ones than terminals take are cut.
  func copy(_ text: SafeText) {
    let command = "\u{1b}]52;c;\(Data(text.text.utf8).base64EncodedString())\u{1b}\\"
    if isInTmux {
      let wrapped = command.replacing("\u{1b}", with: "\u{1b}\u{1b}")
      send("\u{1b}Ptmux;\(wrapped)\u{1b}\\")
    } else {
      send(command)
    }
  }

  func setMouse(_ isOn: Bool) {
    let mask = CN_MOUSE_PRESS | CN_MOUSE_WHEEL_UP | CN_MOUSE_WHEEL_DOWN
    mousemask(isOn ? mask : 0, nil)
  }

  /// Takes note of what the terminal said.
  func heard(_ answer: TerminalAnswer) {
    switch answer {
    case .mode(2026, let isKnown): knowsSynchronized = isKnown && wantsSynchronized
    case .attributes: owesAnswer = false
    case .mode, .status, .background: break
    }
  }

  /// After the first frame, when echoing is off: a terminal's answer must not be seen.
  private func announce() {
    isTaken = true
    guard mayBeAsked else { return }
    send("\u{1b}[?2004h\u{1b}[?1004h")
    guard !hasAsked else { return }
    hasAsked = true
    owesAnswer = true
    send("\u{1b}]11;?\u{1b}\\\u{1b}[?2026$p\u{1b}[c")
  }

  // MARK: - Giving it away

  /// Gives the terminal back for a while; `takeBack` takes it again.
  func giveAway() {
    guard isTaken else { return }
    if mayBeAsked { send("\u{1b}[?2004l\u{1b}[?1004l") }
    endwin()
    isTaken = false
  }

  /// Takes the terminal again, whatever was done to it meanwhile; the next `show` draws all of it.
  func takeBack() {
    def_shell_mode()
    reset_prog_mode()
    repaint()
    _ = resize()
  }

  /// Drops captured chatter when there is too much.
  func tidy() { guarding?.trim() }

  /// Whether the process may use the terminal now: it is not in a shell's background.
  var isForeground: Bool {
    let group = tcgetpgrp(output)
    return group < 0 || group == getpgrp()
  }

  /// Gives the terminal back for good; answers what was written to standard error meanwhile.
  func close() -> [SafeText] {
    guard isOpen else { return [] }
    isOpen = false
    if owesAnswer { awaitAnswer() }
    // A terminal that takes nothing must not keep the process.
    if !isReady { tcflush(output, TCOFLUSH) }
    setMouse(false)
    giveAway()
    var modes = modes
    tcsetattr(output, TCSANOW, &modes)
    delwin(keyPad)
    delscreen(screen)
    for file in files { fclose(file) }
    return guarding?.release() ?? []
  }

  /// What the terminal still has to say must not come to the shell as if it had been typed.
  private func awaitAnswer() {
    var decoder = InputDecoder()
    let limit = LoopClock.now().moment + .milliseconds(150)
    while owesAnswer {
      let left = (limit - LoopClock.now().moment).milliseconds
      var poll = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
      guard left > 0, Glibc.poll(&poll, 1, Int32(left)) == 1, poll.revents & Int16(POLLIN) != 0
      else { return }
      let raw = readKeys()
      if raw.isEmpty { return }
      for case .answer(let answer) in raw.flatMap({ decoder.feed($0, at: limit) }) { heard(answer) }
    }
  }
}

extension TerminalOptions {
  /// Whether the person's terminal says that it takes colours directly, and they are wanted.
  fileprivate var wantsDirect: Bool {
    let says = environment["COLORTERM"].map { ["truecolor", "24bit"].contains($0) } ?? false
    let isOff = colour == nil && environment["NO_COLOR"]?.isEmpty == false
    return says && !isOff && (colour ?? .rgb) == .rgb
  }
}
