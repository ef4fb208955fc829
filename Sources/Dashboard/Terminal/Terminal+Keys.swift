import CNcurses
import Glibc
import TerminalCells

extension Terminal {
  /// Codes that ncurses returns for sequences that are not keys; far above its own codes.
  private enum Code {
    static let pasteBegin: Int32 = 5000
    static let pasteEnd: Int32 = 5001
    static let focusIn: Int32 = 5002
    static let focusOut: Int32 = 5003
  }

  /// Reads all input that is available, up to `readLimit` pieces.
  func readKeys() -> [RawInput] {
    var result: [RawInput] = []
    while result.count < Self.readLimit {
      var value = wint_t()
      switch wget_wch(keyPad, &value) {
      case OK: if let scalar = Unicode.Scalar(value) { result.append(.scalar(scalar)) }
      case KEY_CODE_YES: result.append(named(Int32(value)))
      default: return result
      }
    }
    return result
  }

  /// The number of pieces read at once; the rest waits for the next turn, so that a frame is drawn
  /// in between.
  static let readLimit = 4096

  /// Whether the terminal is gone or its input has ended: then it is always readable and gives
  /// nothing.
  var hasEnded: Bool {
    var state = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
    guard poll(&state, 1, 0) == 1 else { return false }
    if state.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 { return true }
    var count: Int32 = 0
    return ioctl(input, UInt(FIONREAD), &count) != 0 || count == 0
  }

  /// Defines sequences that are missing in terminal descriptions: for the other cursor mode, for
  /// terminals that differ from TERM, and for reports that must not be taken for keys.
  func defineKeys() {
    let sequences: [(code: Int32, endings: [String])] = [
      (KEY_UP, ["[A", "OA"]), (KEY_DOWN, ["[B", "OB"]), (KEY_RIGHT, ["[C", "OC"]),
      (KEY_LEFT, ["[D", "OD"]), (KEY_HOME, ["[H", "OH", "[1~", "[7~"]),
      (KEY_END, ["[F", "OF", "[4~", "[8~"]), (KEY_PPAGE, ["[5~"]), (KEY_NPAGE, ["[6~"]),
      (KEY_IC, ["[2~"]), (KEY_DC, ["[3~"]), (KEY_BTAB, ["[Z"]), (KEY_ENTER, ["OM"]),
      (CN_KEY_F0 + 1, ["OP", "[11~"]), (CN_KEY_F0 + 2, ["OQ", "[12~"]),
      (CN_KEY_F0 + 3, ["OR", "[13~"]), (CN_KEY_F0 + 4, ["OS", "[14~"]),
      (Code.pasteBegin, ["[200~"]), (Code.pasteEnd, ["[201~"]), (Code.focusIn, ["[I"]),
      (Code.focusOut, ["[O"]),
    ]
    for (code, endings) in sequences {
      for ending in endings { define_key("\u{1b}" + ending, code) }
    }
  }

  private static let keys: [Int32: Key] = [
    KEY_UP: .up, KEY_DOWN: .down, KEY_LEFT: .left, KEY_RIGHT: .right, KEY_HOME: .home,
    KEY_END: .end, KEY_PPAGE: .pageUp, KEY_NPAGE: .pageDown, KEY_IC: .insert, KEY_DC: .delete,
    KEY_BTAB: .backTab, KEY_ENTER: .enter, KEY_BACKSPACE: .backspace,
  ]

  private func named(_ code: Int32) -> RawInput {
    switch code {
    case Code.pasteBegin: return .pasteBegin
    case Code.pasteEnd: return .pasteEnd
    case Code.focusIn: return .focus(true)
    case Code.focusOut: return .focus(false)
    case KEY_MOUSE: return mouse()
    default: break
    }
    if let key = Self.keys[code] { return .key(key) }
    let number = code - CN_KEY_F0
    return (1...12).contains(number) ? .key(.function(Int(number))) : .unknown
  }

  private func mouse() -> RawInput {
    var event = MEVENT()
    guard getmouse(&event) == OK else { return .unknown }
    let point = Point(x: Int(event.x), y: Int(event.y))
    let state = mmask_t(event.bstate)
    if state & CN_MOUSE_WHEEL_UP != 0 { return .mouse(MouseInput(kind: .wheelUp, at: point)) }
    if state & CN_MOUSE_WHEEL_DOWN != 0 { return .mouse(MouseInput(kind: .wheelDown, at: point)) }
    if state & CN_MOUSE_PRESS != 0 { return .mouse(MouseInput(kind: .press, at: point)) }
    return .unknown
  }
}
