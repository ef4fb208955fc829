extension Rule {
  /// Waiting for the outside world has one place in each test target.
  private static let waiting = "Eventually.swift"
  private static let wait =
    "make idleness observable; against a real process poll with a deadline, in `\(waiting)`"

  static let safety: [Rule] = [
    .forbidding(
      "Nothing that the outside can cause ends the program",
      [
        Word("try" + "!", "handle the error, or let the function throw it"),
        Word("as" + "!", "use `as?` and say what happens otherwise"),
        Word("fatal" + "Error(", "throw, or answer with an error that has a reason"),
      ]
    ) { _ in true },
    .forbidding(
      "No test sleeps",
      [
        Word("Task.sleep", wait), Word("Thread.sleep", wait), Word("sleep(", wait),
        Word("usleep(", wait), Word("nanosleep(", wait),
      ]
    ) { $0.isTest && $0.name != waiting[...] },
    Rule("An unchecked conformance names the lock that makes it true") { file in
      file.code.lines(with: "@unchecked Sendable").filter { number in
        !file.lines[max(0, number - 5)..<number].contains { line in
          line.contains("//") && ["lock", "mutex", "Mutex", "Lock"].contains { line.contains($0) }
        }
      }.map { file.finding($0, "say in a comment above which lock guards what, or use `Mutex`") }
    },
  ]

  static let text: [Rule] = [
    Rule("Nothing is left to be done later") { file in
      file.lines.indices.flatMap { index in
        ["TO" + "DO", "FIX" + "ME"].filter { file.lines[index].contains($0) }.map {
          file.finding(index + 1, "`\($0)`: do it now, or write it down where work is planned")
        }
      }
    },
    Rule("No path of one machine stands in the tree") { file in
      let paths = ["/wo" + "rk/", "/ro" + "ot/", "/opt/" + "swift", "/ho" + "me/"]
      return file.lines.indices.flatMap { index in
        paths.filter { file.lines[index].contains($0) }.map {
          file.finding(
            index + 1, "`\($0)`: derive it from the tree, PATH or an environment variable")
        }
      }
    },
    Rule("Text files end with one line feed and have no trailing blanks") { file in
      file.lines.indices.filter { file.lines[$0].hasSuffix(" ") || file.lines[$0].hasSuffix("\t") }
        .map { file.finding($0 + 1, "blanks at the end of the line: remove them") }
    },
  ]
}
