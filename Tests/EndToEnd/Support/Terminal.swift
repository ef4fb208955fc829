import Foundation
import TestSupport
import Testing

/// A real terminal with a program in it: one pane of a tmux server of its own.
final class Terminal {
  /// Columns and rows.
  struct Size: Hashable, CustomTestStringConvertible {
    let width: Int
    let height: Int
    static let large = Size(width: 120, height: 36)
    static let small = Size(width: 80, height: 24)
    static let both = [large, small]
    var testDescription: String { "\(width)x\(height)" }
  }

  private let place: CommandEnvironment
  private let socket: String
  private var environment: [String: String]

  /// Opens a terminal and starts a command line of the shell in it.
  ///
  /// - Parameters:
  ///   - more: goes over the place's environment; `TERM` is set as a terminal of tmux has it.
  init(
    _ command: String, in place: CommandEnvironment, size: Size,
    environment more: [String: String] = [:]
  ) throws {
    self.place = place
    socket = "\(place.folder)/tmux-\(UInt32.random(in: 0...UInt32.max))"
    environment = place.environment.merging(more.filter { $0.key != "TERM" }) { $1 }
    let settings = socket + ".conf"
    // No status line, so that the program has every row; what ended stays readable.
    try place.write(
      """
      set -g status off
      set -g remain-on-exit on
      set -s escape-time 0
      set -g default-terminal \(more["TERM"] ?? "tmux-256color")
      """, to: settings)
    try tmux(
      "-f", settings, "new-session", "-d", "-x", "\(size.width)", "-y", "\(size.height)",
      "\(command); echo $? > \(socket).code")
  }

  @discardableResult
  private func tmux(_ arguments: String...) throws -> String {
    let output = socket + ".out"
    let errors = socket + ".err"
    let child = try Child(
      "tmux", ["-u", "-S", socket] + arguments,
      environment: environment.merging(["TERM": "xterm-256color"]) { $1 },
      output: output, errors: errors)
    guard try child.end(within: 30) == 0 else {
      throw TooLate(description: "tmux \(arguments): \(place.read(errors))")
    }
    return place.read(output)
  }

  // MARK: Hands

  /// Presses keys, by the names that tmux has for them: `j`, `Enter`, `C-l`, `BTab`, `Escape`.
  func press(_ keys: String...) throws {
    for key in keys { try tmux("send-keys", key) }
  }

  /// Stands on the bottom line while it says which keys there are, and nothing else.
  private static let hints = " Mark  "

  /// Presses the key of an action. For a second after the row under the cursor went away the
  /// program takes no such key, lest it be meant for that row; then it is pressed again.
  func act(_ key: String) throws {
    try shows(Self.hints)
    try press(key)
    let line = try eventually("the bottom line answers the key \(key)", seen: picture) {
      try rows().last.flatMap { $0.contains(Self.hints) ? nil : $0 }
    }
    guard line.contains("press again") else { return }
    pass(milliseconds: 1100)
    try press(key)
  }

  /// Types text, no key names.
  func type(_ text: String) throws { try tmux("send-keys", "-l", text) }

  func resize(to size: Size) throws {
    try tmux("resize-window", "-x", "\(size.width)", "-y", "\(size.height)")
  }

  /// Keeps every byte that the program writes from now on in a file.
  func record(to path: String) throws { try tmux("pipe-pane", "-o", "cat >> '\(path)'") }

  /// Closes the terminal under the program.
  func close() throws { try tmux("kill-server") }

  // MARK: Eyes

  /// The screen as text, one string a row.
  func rows() throws -> [String] {
    let text = try tmux("capture-pane", "-p")
    return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }

  /// What tmux knows of the pane: `alternate_on`, `pane_dead`, `pane_dead_status`, `pane_pid`,
  /// `cursor_flag`, `mouse_any_flag` …
  func value(_ name: String) throws -> String {
    try tmux("display-message", "-p", "#{\(name)}").split(separator: "\n").first.map(String.init)
      ?? ""
  }

  /// The process that the pane was opened with.
  func pid() throws -> pid_t { try pid_t(value("pane_pid")) ?? 0 }

  /// Waits until the screen shows all of these, each somewhere in a row.
  @discardableResult
  func shows(_ texts: String..., within seconds: Int = 60) throws -> [String] {
    var seen: [String] = []
    return try eventually(
      "the screen shows \(texts)", within: seconds, seen: { picture(seen) },
      answer: {
        seen = try rows()
        return texts.allSatisfy { text in seen.contains { $0.contains(text) } } ? seen : nil
      })
  }

  /// Waits for a row that holds all of these.
  @discardableResult
  func row(_ texts: String..., within seconds: Int = 60) throws -> String {
    var seen: [String] = []
    return try eventually(
      "a row with \(texts)", within: seconds, seen: { picture(seen) },
      answer: {
        seen = try rows()
        return seen.first { row in texts.allSatisfy(row.contains) }
      })
  }

  /// Waits until the screen shows none of these any more.
  func hides(_ texts: String..., within seconds: Int = 60) throws {
    var seen: [String] = []
    _ = try eventually(
      "the screen no longer shows \(texts)", within: seconds, seen: { picture(seen) },
      answer: {
        seen = try rows()
        return texts.allSatisfy { text in !seen.contains { $0.contains(text) } } ? true : nil
      })
  }

  /// Waits for the end of the program; its exit code, and all that stands on the screen then.
  func end(within seconds: Int = 30) throws -> (code: Int32, rows: [String]) {
    let code = try eventually(
      "the program ends", within: seconds, seen: picture,
      answer: {
        let code = Int32(place.read(socket + ".code").filter(\.isNumber))
        // Only what the pane has closed on has been read to its end.
        return try value("pane_dead") == "1" ? code : nil
      })
    return (code, try rows())
  }

  /// The screen as it is now, for a failure.
  func picture() -> String { picture((try? rows()) ?? []) }

  private func picture(_ rows: [String]) -> String {
    rows.map { "│" + $0 }.joined(separator: "\n")
  }
}
