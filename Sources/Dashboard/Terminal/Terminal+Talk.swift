import CNcurses
import DeploymentInterface
import FoundationEssentials
import Glibc
import SafeTexts

/// Messages to the terminal other than frames, and its answers.
extension Terminal {
  /// Asks the terminal for its status; the answer means that everything sent before has been shown.
  static let statusQuestion = Array("\u{1b}[5n".utf8)

  /// Puts a text on the clipboard of the user's terminal.
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

  /// Handles an answer of the terminal.
  func heard(_ answer: TerminalAnswer) {
    switch answer {
    case .mode(2026, let isKnown): knowsSynchronized = isKnown && wantsSynchronized
    case .attributes: answerOwed = nil
    case .mode, .status, .background: break
    }
  }

  /// The modes and, the first time, the questions that follow the first frame. Echo is already off,
  /// so no answer is visible.
  func announcement() -> String {
    isTaken = true
    guard mayBeAsked else { return "" }
    let modes = "\u{1b}[?2004h\u{1b}[?1004h"
    guard !hasAsked else { return modes }
    hasAsked = true
    answerOwed = LoopClock.now().moment
    return modes + "\u{1b}]11;?\u{1b}\\\u{1b}[?2026$p\u{1b}[c"
  }

  /// Waits for the last answer, so that it does not reach the shell as if it had been typed.
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
