extension Rule {
  private static let waits = [
    "Task.sleep", "Thread.sleep", "sleep(", "usleep(", "nanosleep(",
  ]

  static let safety: [Rule] = [
    .forbidding(
      "Outside input never ends the program",
      [
        Word("try" + "!", "handle the error, or let the function throw it"),
        Word("as" + "!", "use `as?` and handle the other case"),
        Word("fatal" + "Error(", "throw, or return an error with a reason"),
      ]
    ) { _ in true },
    .forbidding(
      "Only one kind of lock is used",
      [
        Word(
          "import Synchronization",
          "use the `Mutex` of Basics, which ThreadSanitizer understands; for atomics write"
            + " `import struct Synchronization.Atomic`")
      ]
    ) { $0.isBelow(["Sources"]) && !$0.path.hasSuffix("Basics/Mutex.swift") },
    .forbidding(
      "What C has is called through C",
      [
        Word("dlsym", "declare it in CPosix, and let the compiler and the linker look for it"),
        Word("dlopen", "declare it in CPosix, and let the compiler and the linker look for it"),
      ]
    ) { $0.isBelow(["Sources"]) && $0.isSwift },
    .forbidding(
      "A wait does not depend on the time of day",
      [
        Word("DispatchSemaphore", "on Linux it waits for a time of day: use `Semaphore`"),
        Word("NSCondition", "on Linux it waits for a time of day: use `Semaphore`"),
      ]
    ) { $0.isBelow(["Sources"]) },
    Rule("A test that waits says what it waits for") { file in
      guard file.isTest else { return [] }
      return Set(waits.flatMap { file.code.lines(with: $0) }).sorted().filter { number in
        !file.lines[max(0, number - 4)..<number].contains { $0.contains("// Waits ") }
      }.map {
        file.finding(
          $0,
          "a sleep: make the condition observable; if only a real process or terminal can show it,"
            + " poll it with a deadline, under a comment that begins with `// Waits `")
      }
    },
    Rule("An unchecked conformance names its lock") { file in
      file.code.lines(with: "@unchecked Sendable").filter { number in
        !file.lines[max(0, number - 5)..<number].contains { line in
          line.contains("//") && ["lock", "mutex", "Mutex", "Lock"].contains { line.contains($0) }
        }
      }.map {
        file.finding($0, "say in a comment above which lock protects which state, or use `Mutex`")
      }
    },
  ]

  static let text: [Rule] = [
    Rule("Nothing is left to do later") { file in
      ["TO" + "DO", "FIX" + "ME"].flatMap { word in
        file.text.lines(with: word).map {
          file.finding($0, "`\(word)`: do it now, or record it where work is planned")
        }
      }
    },
    Rule("No file contains a path of one machine") { file in
      let paths = ["/wo" + "rk/", "/ro" + "ot/", "/opt/" + "swift"]
      return paths.flatMap { path in
        file.text.lines(with: path).map {
          file.finding($0, "`\(path)`: derive it from the tree, PATH or an environment variable")
        }
      }
    },
    Rule("No line of a script or a document ends with blanks") { file in
      guard !file.isSwift else { return [] }
      return file.lines.indices.filter { file.lines[$0].last?.isWhitespace ?? false }
        .map { file.finding($0 + 1, "the line ends with blanks: remove them") }
    },
  ]
}
