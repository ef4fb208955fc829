/// Which of the system's modules the files of a pure folder may import; the closest folder that is
/// named here decides. Which of our own modules a target may import is said in Package.swift, and
/// the build checks it.
struct ImportTable: Sendable {
  let folder: String
  let modules: Set<String>

  /// What would bring a clock, chance, files, threads or processes along.
  private static let system: Set<String> = [
    "Posix", "CPosix", "Glibc", "Musl", "Darwin", "Dispatch", "Foundation", "FoundationEssentials",
  ]
  private static let interface = "Sources/DeploymentEngine/Interface/"
  private static let coding: Set<String> = ["FoundationEssentials", "Foundation"]

  static let all: [ImportTable] = [
    ImportTable(folder: "Sources/Support/SafeTexts", modules: []),
    ImportTable(folder: "Sources/Support/Basics", modules: []),
    // The lock, which is another one in a build for ThreadSanitizer.
    ImportTable(folder: "Sources/Support/Basics/Mutex.swift", modules: ["Glibc"]),
    ImportTable(folder: "Sources/DeploymentEngine/Interface", modules: []),
    // Between a driver's value and the bytes that are stored: the only places of the interface
    // where JSON is read and written.
    ImportTable(folder: interface + "ServiceCaller.swift", modules: coding),
    ImportTable(folder: interface + "DriverData.swift", modules: coding),
    ImportTable(folder: "Sources/DeploymentEngine/Core", modules: []),
    ImportTable(folder: "Sources/DeploymentEngine/Simulation", modules: []),
    ImportTable(folder: "Sources/Dashboard/Cells", modules: []),
    ImportTable(folder: "Sources/Dashboard/Screen", modules: []),
    // The cube root of colour spaces.
    ImportTable(folder: "Sources/Dashboard/Cells/ColourDistance.swift", modules: ["Glibc"]),
    // The C library's regular expressions and text search, which take linear time.
    ImportTable(
      folder: "Sources/Dashboard/Screen/Matching", modules: ["Glibc", "Musl", "Darwin"]),
  ]

  /// Whether the file may import this module.
  func allows(_ module: String) -> Bool {
    !Self.system.contains(module) || modules.contains(module)
  }

  static func table(for file: SourceFile) -> ImportTable? {
    all.filter { file.path == $0.folder || file.isBelow([$0.folder]) }
      .max { $0.folder.utf8.count < $1.folder.utf8.count }
  }
}

extension Rule {
  static let imports: [Rule] = [
    Rule("A pure folder imports nothing of the system") { file in
      guard file.isSwift, let table = ImportTable.table(for: file) else { return [] }
      return file.code.lines(with: "import ").compactMap { number in
        let words = file.lines[number - 1].split(separator: " ")
        guard let at = words.firstIndex(of: "import"), at + 1 < words.count else { return nil }
        let module = words.last.map { String($0.split(separator: ".")[0]) } ?? ""
        guard !table.allows(module) else { return nil }
        return file.finding(
          number,
          "\(table.folder) is pure and may not import \(module): put what needs it into the"
            + " runtime, the store or the program, and hand the result over as a value")
      }
    }
  ]
}
