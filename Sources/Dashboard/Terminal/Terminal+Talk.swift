import CNcurses
import DeploymentInterface
import FoundationEssentials
import Glibc
import SafeTexts

/// What is said to the terminal besides pictures, and what it says.
extension Terminal {
  /// OutstandingRequests for a sign that everything sent before it has been shown.
  static let statusQuestion = Array("\u{1b}[5n".utf8)

  /// Puts a text on the clipboard of the person at the terminal.
  func copy(_ text: SafeText) {
    let command = "\u{1b}]52;c;\(Data(text.text.utf8).base64EncodedString())\u{1b}\\"
    if isInTmux {
      let wrapped = command.replacing("\u{1b}", with: "\u{1b}\u{1b}")
      outlet.send("\u{1b}Ptmux;\(wrapped)\u{1b}\\")
    } else {
      outlet.send(command)
    }
  }

  func setMouse(_ isOn: Bool) {
    let mask = CN_MOUSE_PRESS | CN_MOUSE_WHEEL_UP | CN_MOUSE_WHEEL_DOWN
    mousemask(isOn ? mask : 0, nil)
    outlet.send(curses.take())
  }

  /// Takes note of what the terminal said.
  func heard(_ answer: TerminalAnswer) {
    switch answer {
    case .mode(2026, let isKnown): knowsSynchronized = isKnown && wantsSynchronized
    case .attributes: answerOwed = nil
    case .mode, .status, .background: break
    }
  }

  /// What goes behind the first frame: modes, and the first time questions. Echoing is off by then,
  /// so that
  /// no answer can be seen.
  func announcement() -> String {
    isTaken = true
    guard mayBeAsked else { return "" }
    let modes = "\u{1b}[?2004h\u{1b}[?1004h"
    guard !hasAsked else { return modes }
    hasAsked = true
    answerOwed = LoopClock.now().moment
    return modes + "\u{1b}]11;?\u{1b}\\\u{1b}[?2026$p\u{1b}[c"
  }

  /// What the terminal still has to say must not come to the shell as if it had been typed.
  func awaitAnswer() {
    guard let asked = answerOwed, LoopClock.now().moment < asked + .seconds(2) else { return }
    var decoder = InputDecoder()
    let limit = LoopClock.now().moment + .milliseconds(150)
    while answerOwed != nil {
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
