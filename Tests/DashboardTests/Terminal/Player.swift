import DeploymentInterface
import SafeTexts

@testable import TerminalCells

/// A list to move in, a question, and a record of what happened.
struct Player: ScreenProgram, Sendable {
  var rows = (0..<100).map { SafeText("row \($0)") }
  var cursor = 0
  var asks = false
  var said = "-"
  /// What was told, in order.
  private(set) var heard: [String] = []
  private(set) var events = 0
  var wakeAt: Moment?

  mutating func update(_ event: LoopEvent, at now: EngineTime) -> LoopDirective {
    events += 1
    switch event {
    case .started(let size, let note):
      heard.append("started \(size.width)x\(size.height) \(note ?? "")")
    case .input(.key(let key)): return press(key)
    case .input(.resized(let size)): heard.append("\(size.width)x\(size.height)")
    case .input(.paste(let text)): said = "pasted \(text)"
    case .input(.focus(let isIn)): heard.append(isIn ? "focus" : "blur")
    case .input(.mouse(let mouse)): said = "\(mouse.kind) \(mouse.at.x),\(mouse.at.y)"
    case .woken: said = "woken"
    case .clock:
      heard.append("clock")
      wakeAt = nil
    case .shown: heard.append("shown")
    case .suspending: heard.append("suspending")
    case .resumed: heard.append("resumed")
    case .ending(let end): heard.append("ending \(end.exitStatus)")
    }
    return .redraw
  }

  private mutating func press(_ key: Key) -> LoopDirective {
    heard.append(key.description)
    if asks {
      said = "answered \(key)"
      asks = false
      return .redraw
    }
    switch key {
    case .character("j"), .down: cursor += 1
    case .character("n"): return .nothing
    case .character("D"):
      asks = true
      return LoopDirective(actions: [.holdKeys])
    case .character("m"): return LoopDirective(actions: [.mouse(true)])
    case .character("y"): return LoopDirective(redraw: false, actions: [.copy("win11-0377")])
    case .control("l"): return LoopDirective(redraw: false, actions: [.repaint])
    case .control("z"): return LoopDirective(redraw: false, actions: [.suspend])
    case .character("q"): return LoopDirective(actions: [.quit(3)])
    default: said = "pressed \(key)"
    }
    return .redraw
  }

  func draw(_ size: Size, glyphs: Glyphs) -> Surface {
    var screen = Surface(size)
    screen.box(
      Rect(x: 0, y: 0, width: size.width, height: size.height - 1), glyphs: glyphs, title: "Rows")
    for (y, row) in rows.prefix(max(0, size.height - 3)).enumerated() {
      screen.write(
        row, at: Point(x: 4, y: y + 1), width: max(0, size.width - 6), role: .stateUsable)
      guard y == cursor else { continue }
      screen.put(glyphs.pointer, at: Point(x: 2, y: y + 1), role: .rowCursor)
      screen.cursor = Point(x: 4, y: y + 1)
    }
    if asks { screen.write("really? ", at: Point(x: 2, y: 2), role: .dialogDanger) }
    screen.write(SafeText("said: \(said)"), at: Point(x: 0, y: size.height - 1))
    return screen
  }
}
