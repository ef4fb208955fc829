extension Rule {
  /// Folders whose code depends only on its input: no clock, no random numbers, no threads.
  private static let pure = [
    "Sources/Support/SafeTexts", "Sources/DeploymentEngine/Interface",
    "Sources/DeploymentEngine/Core", "Sources/DeploymentEngine/Simulation",
    "Sources/Dashboard/Cells", "Sources/Dashboard/Screen",
  ]

  static let purity: [Rule] = [
    .forbidding(
      "Pure folders read no clock and draw no random numbers",
      [
        Word("Date()", "take the time as a parameter (`now: EngineTime`)"),
        Word("Date.now", "take the time as a parameter (`now: EngineTime`)"),
        Word("ContinuousClock", "take the time as a parameter (`now: EngineTime`)"),
        Word("SuspendingClock", "take the time as a parameter (`now: EngineTime`)"),
        Word("clock_gettime", "take the time as a parameter (`now: EngineTime`)"),
        Word("UUID()", "take the identifier as a parameter, or use a counter"),
        Word(".random(", "use the seeded generator that is passed in"),
        Word(".randomElement(", "use the seeded generator that is passed in"),
        Word(".shuffled(", "use the seeded generator that is passed in"),
        Word("SystemRandomNumberGenerator", "use the seeded generator that is passed in"),
      ]
    ) { $0.isBelow(pure) },
    .forbidding(
      "Pure folders start no tasks or threads",
      [
        Word("Task.sleep", "return a due time and let the loop wait"),
        Word("Task {", "return the work and let the runtime do it"),
        Word("Task.detached", "return the work and let the runtime do it"),
        Word("Thread {", "return the work and let the runtime do it"),
        Word("DispatchQueue", "return the work and let the runtime do it"),
      ]
    ) { $0.isBelow(pure) },
    .forbidding(
      "Every switch of the core lists every case",
      [Word("default:", "list the cases, so that a new one is not ignored")]
    ) { $0.isBelow(["Sources/DeploymentEngine/Core"]) },
    Rule("Pure folders never iterate in an order that differs between processes") { file in
      guard file.isSwift, file.isBelow(pure) else { return [] }
      return HashOrder.findings(in: file)
    },
  ]
}

/// Finds loops over dictionaries and sets, as far as that is possible without a compiler: over
/// `.keys` or `.values`, or over a name that the same file declares with such a type.
enum HashOrder {
  static func findings(in file: SourceFile) -> [Finding] {
    let names = declared(in: file)
    return file.code.lines(with: "for ").compactMap { number in
      let line = file.code.lines[number - 1]
      guard let part = line.firstRange(of: " in "),
        line.drop(while: { $0 == " " }).hasPrefix("for ")
      else { return nil }
      let source = line[part.upperBound...].prefix { $0 != "{" }.split(separator: " ").first ?? ""
      let last = source.split(separator: ".").last.map(String.init) ?? ""
      guard ["keys", "values"].contains(last) || names.contains(last) else { return nil }
      return file.finding(
        number,
        "a loop over `\(source)`, in hash order: sort it, or keep it in an ordered collection")
    }
  }

  private static func declared(in file: SourceFile) -> Set<String> {
    let declarations = (file.code.lines(with: "var ") + file.code.lines(with: "let "))
    let names = declarations.compactMap { number -> String? in
      let words = file.code.lines[number - 1].split(separator: " ")
      guard let at = words.firstIndex(where: { $0 == "var" || $0 == "let" }), at + 1 < words.count
      else { return nil }
      let type = words[(at + 2)...].joined(separator: " ")
      let isHashed =
        type.hasPrefix("[") && type.contains(": ") || type.hasPrefix("Set<")
        || type.hasPrefix("Dictionary<") || type.hasPrefix("= Set<") || type.hasPrefix("= [:]")
      return isHashed && words[at + 1].hasSuffix(":") ? String(words[at + 1].dropLast()) : nil
    }
    return Set(names)
  }
}
