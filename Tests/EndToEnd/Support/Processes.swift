import Foundation

/// The processes of this machine as `/proc` shows them.
enum Processes {
  /// One process, as far as the tests look at it.
  struct One: Hashable {
    let pid: pid_t
    /// The name of its program, at most 15 bytes of it.
    let name: String
    /// `R`, `S`, `T` (stopped), `Z` …
    let state: Character
    let group: pid_t
    /// When it started, in ticks since the machine did: with the pid, one process for ever.
    let start: UInt64
    let environment: [String: String]
  }

  /// Every process whose environment holds this, zombies not.
  static func all(with name: String, _ value: String) -> [One] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.compactMap { pid_t($0) }.sorted().compactMap(read)
      .filter { $0.environment[name] == value && $0.state != "Z" }
  }

  /// One process; nil: there is none, or it is not ours to look at.
  static func read(_ pid: pid_t) -> One? {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ"),
      // The name stands in parentheses and may hold anything; what follows the last one is fixed.
      let begin = stat.firstIndex(of: "("), let end = stat.lastIndex(of: ")")
    else { return nil }
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 19, let state = fields[0].first, let group = pid_t(fields[2]),
      let start = UInt64(fields[19])
    else { return nil }
    return One(
      pid: pid, name: String(stat[stat.index(after: begin)..<end]), state: state, group: group,
      start: start, environment: pairs(environment))
  }

  private static func pairs(_ block: Data) -> [String: String] {
    var pairs: [String: String] = [:]
    for entry in block.split(separator: 0) {
      let text = String(decoding: entry, as: UTF8.self)
      guard let equals = text.firstIndex(of: "=") else { continue }
      pairs[String(text[..<equals])] = String(text[text.index(after: equals)...])
    }
    return pairs
  }
}
