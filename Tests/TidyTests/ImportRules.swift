/// The modules that a folder may import. The table of the innermost folder applies.
struct ImportTable: Sendable {
  let folder: String
  let modules: Set<String>

  private static let collections: Set<String> = [
    "DequeModule", "HeapModule", "OrderedCollections", "BitCollections", "Synchronization",
  ]
  private static let interface = "Sources/DeploymentEngine/Interface/"
  private static let coding = collections.union(["FoundationEssentials", "Foundation"])
  private static let system: Set<String> = [
    "Glibc", "Musl", "Darwin", "Dispatch", "Foundation", "FoundationEssentials",
  ]
  private static let ours: Set<String> = [
    "DeploymentEngine", "EngineRuntime", "DeploymentDrivers", "EngineSimulation", "LibvirtDriver",
  ]

  static let all: [ImportTable] = [
    ImportTable(folder: "Sources/DeploymentEngine", modules: collections),
    // These convert between a driver's value and the stored bytes: the only places of the engine
    // that read and write JSON.
    ImportTable(folder: interface + "ServiceCaller.swift", modules: coding),
    ImportTable(folder: interface + "DriverData.swift", modules: coding),
    // The lock, which uses a POSIX mutex in a build for ThreadSanitizer.
    ImportTable(folder: interface + "Mutex.swift", modules: ["Synchronization", "Glibc"]),
    ImportTable(folder: "Sources/EngineSimulation", modules: ["DeploymentEngine"]),
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
    Rule("A folder imports only the modules that the architecture allows") { file in
      guard file.isSwift, let table = ImportTable.table(for: file) else { return [] }
      return file.code.lines(with: "import ").compactMap { number in
        let words = file.lines[number - 1].split(separator: " ")
        guard let at = words.firstIndex(of: "import"), at + 1 < words.count else { return nil }
        let module = words.last.map { String($0.split(separator: ".")[0]) } ?? ""
        guard !table.modules.contains(module) else { return nil }
        return file.finding(
          number,
          "\(table.folder) may not import \(module): move the code to a folder that may"
            + " (\(allowed(module))), and pass the result as a value")
      }
    },
    Rule("Only its own tests import the program") { file in
      guard !file.isBelow(["Tests/DashboardTests"]) else { return [] }
      return file.code.lines(with: "import Dashboard").map {
        file.finding(
          $0, "only Tests/DashboardTests imports Dashboard: move shared code to a lower module")
      }
    },
  ]

  private static func allowed(_ module: String) -> String {
    let folders = ImportTable.all.filter { $0.modules.contains(module) }.map(\.folder)
    return folders.isEmpty ? "none so far" : folders.joined(separator: ", ")
  }
}
