extension Rule {
  private static let waits = [
    "Task.sleep", "Thread.sleep", "sleep(", "usleep(", "nanosleep(",
  ]

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
      "The lock is that of the house",
      [
        Word(
          "import Synchronization",
          "`Mutex` is DeploymentEngine's, which ThreadSanitizer sees; for atomics write"
            + " `import struct Synchronization.Atomic`")
      ]
    ) { $0.isBelow(["Sources"]) && !$0.path.hasSuffix("Interface/Mutex.swift") },
    .forbidding(
      "What waits for a while does not wait for a time of day",
      [Word("DispatchSemaphore", "on Linux it does: use `Semaphore`")]
    ) {
      $0.isBelow([
        "Sources/DeploymentEngine/Store", "Sources/DeploymentEngine/Runtime", "Sources/Dashboard",
      ])
    },
    Rule("A test that waits says for what") { file in
      guard file.isTest else { return [] }
      return Set(waits.flatMap { file.code.lines(with: $0) }).sorted().filter { number in
        !file.lines[max(0, number - 4)..<number].contains { $0.contains("// Waits ") }
      }.map {
        file.finding(
          $0,
          "a sleep: make idleness observable; where only a real process or terminal can tell,"
            + " poll it with a deadline, under a comment that begins with `// Waits `")
      }
    },
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
      ["TO" + "DO", "FIX" + "ME"].flatMap { word in
        file.text.lines(with: word).map {
          file.finding($0, "`\(word)`: do it now, or write it down where work is planned")
        }
      }
    },
    Rule("No path of one machine stands in the tree") { file in
      let paths = ["/wo" + "rk/", "/ro" + "ot/", "/opt/" + "swift"]
      return paths.flatMap { path in
        file.text.lines(with: path).map {
          file.finding($0, "`\(path)`: derive it from the tree, PATH or an environment variable")
        }
      }
    },
    Rule("No line of a script or a page ends with blanks") { file in
      guard !file.isSwift else { return [] }
      return file.lines.indices.filter { file.lines[$0].last?.isWhitespace ?? false }
        .map { file.finding($0 + 1, "blanks at the end of the line: remove them") }
    },
  ]
}
