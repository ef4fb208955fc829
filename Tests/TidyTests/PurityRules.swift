extension Rule {
  /// Folders whose code is a function of what it is given: no clock, no chance, no work of its own.
  private static let pure = [
    "Sources/Support/SafeTexts", "Sources/DeploymentEngine/Interface",
    "Sources/DeploymentEngine/Core", "Sources/DeploymentEngine/Simulation",
    "Sources/Dashboard/Model", "Sources/Dashboard/View", "Sources/Dashboard/Actions",
  ]

  static let purity: [Rule] = [
    .forbidding(
      "Pure folders read no clock and throw no dice",
      [
        Word("Date()", "take the time as a parameter (`now: EngineTime`)"),
        Word("Date.now", "take the time as a parameter (`now: EngineTime`)"),
        Word("ContinuousClock", "take the time as a parameter (`now: EngineTime`)"),
        Word("SuspendingClock", "take the time as a parameter (`now: EngineTime`)"),
        Word("clock_gettime", "take the time as a parameter (`now: EngineTime`)"),
        Word("UUID()", "take the identifier as a parameter, or count"),
        Word(".random(", "draw from the seeded generator that is handed down"),
        Word(".randomElement(", "draw from the seeded generator that is handed down"),
        Word(".shuffled(", "draw from the seeded generator that is handed down"),
        Word("SystemRandomNumberGenerator", "draw from the seeded generator that is handed down"),
      ]
    ) { $0.isBelow(pure) },
    .forbidding(
      "Pure folders do no work of their own",
      [
        Word("Task.sleep", "answer with a due time and let the loop wait"),
        Word("Task {", "answer with what is to be done and let the runtime do it"),
        Word("Task.detached", "answer with what is to be done and let the runtime do it"),
        Word("Thread {", "answer with what is to be done and let the runtime do it"),
        Word("DispatchQueue", "answer with what is to be done and let the runtime do it"),
      ]
    ) { $0.isBelow(pure) },
    .forbidding(
      "Every switch of the core lists every case",
      [Word("default:", "list the cases: a new one must not be swallowed")]
    ) { $0.isBelow(["Sources/DeploymentEngine/Core"]) },
    Rule("Pure folders loop over nothing whose order differs between two processes") { file in
      guard file.isSwift, file.isBelow(pure) else { return [] }
      return HashOrder.findings(in: file)
    },
  ]
}

/// Loops over dictionaries and sets, as far as they can be told without a compiler: over `.keys` or
/// `.values`, or over a name that the same file declares with such a type.
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
