import DeploymentInterface
import SafeTexts
import TerminalCells

/// Input as ncurses reads it, before it is known to come from the user or the terminal.
enum RawInput: Hashable, Sendable {
  case scalar(Unicode.Scalar)
  case key(Key)
  case pasteBegin, pasteEnd
  case focus(Bool)
  case mouse(MouseInput)
  /// A key without a name here.
  case unknown
}

/// Separates keys from answers of the terminal. ncurses knows the terminal's keys; any other escape
/// sequence is read here to its end, so that no part of an answer is taken for a key.
struct InputDecoder {
  enum Decoded: Hashable, Sendable {
    case input(TerminalInput)
    case answer(TerminalAnswer)
  }

  private enum State {
    case ground
    case escape
    case controlSequence(String.UnicodeScalarView)
    /// A string up to its terminator; only operating system commands are interpreted.
    case string(isCommand: Bool, String.UnicodeScalarView, endsWithEscape: Bool)
    /// One more scalar belongs to the sequence.
    case singleShift
    case paste(String.UnicodeScalarView)
  }

  private var state = State.ground
  /// When an unfinished sequence is abandoned; nil if none is open.
  private(set) var deadline: Moment?

  /// The longest wait for the rest of a sequence: a slow line can cut it in two.
  private static let patience = TimeSpan.milliseconds(500)
  /// The number of scalars kept of one sequence and of one paste; the rest is read and dropped.
  private static let sequenceLimit = 256
  private static let pasteLimit = SafeText.byteLimit

  /// Decodes one piece of input.
  mutating func feed(_ raw: RawInput, at now: Moment) -> [Decoded] {
    let decoded: [Decoded]
    switch raw {
    case .scalar(let scalar): decoded = feed(scalar)
    case .pasteBegin: decoded = begin(.paste(.init()))
    case .pasteEnd: decoded = finish()
    case .key(let key): decoded = isInPaste ? [] : finish() + [.input(.key(key))]
    case .mouse(let mouse): decoded = isInPaste ? [] : finish() + [.input(.mouse(mouse))]
    case .focus(let isIn): decoded = isInPaste ? [] : finish() + [.input(.focus(isIn))]
    case .unknown: decoded = isInPaste ? [] : finish()
    }
    if case .ground = state { deadline = nil } else { deadline = now + Self.patience }
    return decoded
  }

  /// Reports that no more input is available: a lone escape is then the key. ncurses has already
  /// waited for what might follow it.
  mutating func pause() -> [Decoded] {
    if case .escape = state { finish() } else { [] }
  }

  /// Abandons a sequence that has been open for too long.
  mutating func expire(at now: Moment) -> [Decoded] {
    guard let deadline, deadline <= now else { return [] }
    return finish()
  }

  private var isInPaste: Bool {
    if case .paste = state { true } else { false }
  }

  private mutating func begin(_ next: State) -> [Decoded] {
    let decoded = finish()
    state = next
    return decoded
  }

  /// Ends the open sequence and returns its meaning.
  private mutating func finish() -> [Decoded] {
    defer {
      state = .ground
      deadline = nil
    }
    switch state {
    case .escape: return [.input(.key(.escape))]
    case .paste(let scalars): return [.input(.paste(SafeText(String(scalars))))]
    case .string(isCommand: true, let body, _):
      return TerminalAnswer(operatingSystemCommand: String(body)).map { [.answer($0)] } ?? []
    case .ground, .controlSequence, .string, .singleShift: return []
    }
  }

  private mutating func feed(_ scalar: Unicode.Scalar) -> [Decoded] {
    switch state {
    case .ground:
      return feedGround(scalar)
    case .escape:
      return feedEscape(scalar)
    case .controlSequence(let body):
      return feedControlSequence(scalar, body: body)
    case .string(let isCommand, let body, let endsWithEscape):
      return feedString(scalar, isCommand: isCommand, body: body, endsWithEscape: endsWithEscape)
    case .singleShift:
      state = .ground
      return []
    case .paste(var scalars):
      if scalars.count < Self.pasteLimit { scalars.append(scalar) }
      state = .paste(scalars)
      return []
    }
  }

  private mutating func feedGround(_ scalar: Unicode.Scalar) -> [Decoded] {
    if scalar == "\u{1b}" {
      state = .escape
      return []
    }
    return Key(typed: scalar).map { [.input(.key($0))] } ?? []
  }

  private mutating func feedEscape(_ scalar: Unicode.Scalar) -> [Decoded] {
    switch scalar {
    case "[": state = .controlSequence(.init())
    case "]": state = .string(isCommand: true, .init(), endsWithEscape: false)
    case "P", "X", "^", "_": state = .string(isCommand: false, .init(), endsWithEscape: false)
    case "O": state = .singleShift
    case "\u{1b}": return [.input(.key(.escape))]
    default: return finish() + feedGround(scalar)
    }
    return []
  }

  private mutating func feedControlSequence(
    _ scalar: Unicode.Scalar, body: String.UnicodeScalarView
  ) -> [Decoded] {
    var body = body
    switch scalar.value {
    case 0x1b:
      state = .escape
      return []
    case 0x20...0x3f:
      if body.count < Self.sequenceLimit { body.append(scalar) }
      state = .controlSequence(body)
      return []
    case 0x40...0x7e:
      state = .ground
      body.append(scalar)
      return TerminalAnswer(controlSequence: String(body)).map { [.answer($0)] } ?? []
    default:
      state = .ground
      return []
    }
  }

  private mutating func feedString(
    _ scalar: Unicode.Scalar, isCommand: Bool, body: String.UnicodeScalarView,
    endsWithEscape: Bool
  ) -> [Decoded] {
    if scalar == "\u{7}" || (endsWithEscape && scalar == "\\") { return finish() }
    if endsWithEscape {
      // The string was cut off: another sequence begins here.
      state = .escape
      return feedEscape(scalar)
    }
    var body = body
    let isEscape = scalar == "\u{1b}"
    if !isEscape, body.count < Self.sequenceLimit { body.append(scalar) }
    state = .string(isCommand: isCommand, body, endsWithEscape: isEscape)
    return []
  }
}

extension Key {
  /// The key of one scalar without an escape sequence; nil if no key sends it.
  fileprivate init?(typed scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x09: self = .tab
    case 0x0a, 0x0d: self = .enter
    case 0x08, 0x7f: self = .backspace
    case 0x00: self = .control(" ")
    case 0x01...0x1a: self = .control(Unicode.Scalar(UInt8(scalar.value) + 0x60))
    case 0x1b...0x1f: self = .control(Unicode.Scalar(UInt8(scalar.value) + 0x40))
    case 0x80...0x9f: return nil
    default: self = .character(scalar)
    }
  }
}
