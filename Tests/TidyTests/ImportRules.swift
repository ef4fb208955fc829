/// What a folder may import; the closest folder that is named here decides.
struct ImportTable: Sendable {
  let folder: String
  let modules: Set<String>

  private static let collections: Set<String> = [
    "Basics", "DequeModule", "HeapModule", "OrderedCollections", "BitCollections",
    "Synchronization",
  ]
  private static let interface = "Sources/DeploymentEngine/Interface/"
  private static let coding = collections.union(["FoundationEssentials", "Foundation"])
  private static let system: Set<String> = [
    "CPosix", "Posix", "Glibc", "Musl", "Darwin", "Dispatch", "Foundation", "FoundationEssentials",
  ]
  private static let ours: Set<String> = [
    "DeploymentEngine", "EngineRuntime", "DeploymentDrivers", "EngineSimulation", "LibvirtDriver",
  ]

  static let all: [ImportTable] = [
    ImportTable(folder: "Sources/DeploymentEngine", modules: collections),
    // Between a driver's value and the bytes that are stored: the only places of the engine where
    // JSON is read and written.
    ImportTable(folder: interface + "ServiceCaller.swift", modules: coding),
    ImportTable(folder: interface + "DriverData.swift", modules: coding),
    ImportTable(folder: "Sources/Support/Basics", modules: []),
    // The lock, which is another one in a build for ThreadSanitizer.
    ImportTable(
      folder: "Sources/Support/Basics/Mutex.swift", modules: ["Synchronization", "Glibc"]),
    ImportTable(
      folder: "Sources/Support/Posix", modules: ["Basics", "CPosix", "Glibc", "Synchronization"]),
    ImportTable(folder: "Sources/EngineSimulation", modules: ["Basics", "DeploymentEngine"]),
    ImportTable(
      folder: "Sources/EngineRuntime",
      modules: collections.union(system).union([
        "DeploymentEngine", "GRDB", "GRDBSQLite", "Logging",
      ])),
    ImportTable(
      folder: "Sources/DeploymentDrivers",
      modules: collections.union(system).union(["DeploymentEngine", "Subprocess"])),
    ImportTable(
      folder: "Sources/LibvirtDriver",
      modules: collections.union(system).union(["DeploymentEngine", "CLibvirt", "FoundationXML"])),
    ImportTable(
      folder: "Sources/Dashboard",
      modules: collections.union(system).union(ours).union(["ArgumentParser", "Logging", "Yams"])),
    ImportTable(
      folder: "Sources/Dashboard/Terminal",
      modules: collections.union(system).union(ours).union(["CNcurses"])),
    ImportTable(folder: "Sources/Dashboard/Model", modules: pureScreen),
    ImportTable(folder: "Sources/Dashboard/View", modules: pureScreen),
    ImportTable(folder: "Sources/Dashboard/Actions", modules: pureScreen),
  ]
  private static let pureScreen = collections.union(["DeploymentEngine", "EngineRuntime"])

  static func table(for file: SourceFile) -> ImportTable? {
    all.filter { file.path == $0.folder || file.isBelow([$0.folder]) }
      .max { $0.folder.utf8.count < $1.folder.utf8.count }
  }
}

extension Rule {
  static let imports: [Rule] = [
    Rule("A folder imports only what the architecture lets it import") { file in
      guard file.isSwift, let table = ImportTable.table(for: file) else { return [] }
      return file.code.lines(with: "import ").compactMap { number in
        let words = file.lines[number - 1].split(separator: " ")
        guard let at = words.firstIndex(of: "import"), at + 1 < words.count else { return nil }
        let module = words.last.map { String($0.split(separator: ".")[0]) } ?? ""
        guard !table.modules.contains(module) else { return nil }
        return file.finding(
          number,
          "\(table.folder) may not import \(module): put what needs it where it is allowed"
            + " (\(allowed(module))), and hand the result over as a value")
      }
    },
    Rule("Nothing imports the program but its own tests") { file in
      guard !file.isBelow(["Tests/DashboardTests"]) else { return [] }
      return file.code.lines(with: "import Dashboard").map {
        file.finding($0, "only Tests/DashboardTests imports Dashboard: move what is shared down")
      }
    },
  ]

  private static func allowed(_ module: String) -> String {
    let folders = ImportTable.all.filter { $0.modules.contains(module) }.map(\.folder)
    return folders.isEmpty ? "nowhere yet" : folders.joined(separator: ", ")
  }
}
