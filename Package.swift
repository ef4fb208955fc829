// swift-tools-version: 6.2
import Foundation
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

/// Machines without libvirt's headers build everything else.
let hasLibvirt = ["/usr/include", "/usr/local/include"]
  .contains { FileManager.default.fileExists(atPath: $0 + "/libvirt/libvirt.h") }
let libvirtTargets: [Target] =
  !hasLibvirt
  ? []
  : [
    .target(name: "CLibvirt"),
    .target(
      name: "LibvirtDriver",
      dependencies: ["Basics", "CLibvirt", "DeploymentInterface", "Posix", "SafeTexts"],
      path: "Sources/Drivers/Libvirt", swiftSettings: strict),
    .testTarget(
      name: "LibvirtDriverTests",
      dependencies: [
        "Basics", "LibvirtDriver", "CLibvirt", "DriverConformance", "DeploymentInterface",
        "Posix", "SafeTexts", "TestSupport",
      ],
      swiftSettings: strict),
  ]
let libvirtDependencies: [Target.Dependency] =
  hasLibvirt ? [.target(name: "LibvirtDriver", condition: .when(traits: ["Libvirt"]))] : []

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// A target of ours in its folder; what it may import is what stands here.
func room(_ name: String, in folder: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/" + folder, swiftSettings: strict)
}

let support: [Target] = [
  room("Basics", in: "Support/Basics", []),
  room("SafeTexts", in: "Support/SafeTexts", []),
  .target(name: "CPosix", path: "Sources/Support/CPosix"),
  room("Posix", in: "Support/Posix", ["Basics", "CPosix"]),
]

let engine: [Target] = [
  room("DeploymentInterface", in: "DeploymentEngine/Interface", ["Basics", "SafeTexts"]),
  room(
    "DeploymentEngine", in: "DeploymentEngine/Core",
    ["Basics", "DeploymentInterface", "SafeTexts", deque, heap]),
  room(
    "EngineStore", in: "DeploymentEngine/Store",
    ["Basics", "DeploymentEngine", "DeploymentInterface", "Posix", "SafeTexts", grdb]),
  room(
    "EngineRuntime", in: "DeploymentEngine/Runtime",
    [
      "Basics", "EngineStore", "DeploymentEngine", "DeploymentInterface", "Posix", "SafeTexts",
      logging,
    ]),
  room(
    "EngineSimulation", in: "DeploymentEngine/Simulation",
    ["Basics", "DeploymentEngine", "DeploymentInterface", "SafeTexts"]),
]

let drivers: [Target] = [
  .target(
    name: "DeploymentDrivers",
    dependencies: ["Basics", "CPosix", "DeploymentInterface", "Posix", "SafeTexts"],
    path: "Sources/Drivers", exclude: ["Libvirt", "Conformance", "ProtocolConformance"],
    swiftSettings: strict),
  room(
    "DriverConformance", in: "Drivers/Conformance",
    ["Basics", "DeploymentInterface", "Posix", "SafeTexts"]),
  room(
    "ProtocolConformance", in: "Drivers/ProtocolConformance",
    ["DriverConformance", "DeploymentDrivers", "DeploymentInterface", "Posix", "SafeTexts"]),
]

let dashboard: [Target] = [
  .systemLibrary(name: "CNcurses", providers: [.apt(["libncurses-dev"])]),
  room("TerminalCells", in: "Dashboard/Cells", ["DeploymentInterface", "SafeTexts"]),
  room(
    "TerminalHost", in: "Dashboard/Terminal",
    ["CNcurses", "CPosix", "Posix", "TerminalCells", "DeploymentInterface", "SafeTexts", "Basics"]),
  room(
    "DashboardScreen", in: "Dashboard/Screen",
    ["TerminalCells", "DeploymentEngine", "DeploymentInterface", "SafeTexts", "Basics"]),
  .target(
    name: "DashboardKit",
    dependencies: [
      "DashboardScreen", "TerminalHost", "TerminalCells", "EngineRuntime", "EngineStore",
      "EngineSimulation", "DeploymentDrivers", "DriverConformance", "ProtocolConformance",
      "DeploymentEngine", "DeploymentInterface", "Posix", "CPosix", "SafeTexts", "Basics",
      argumentParser, logging, yams,
    ],
    path: "Sources/Dashboard/Program", resources: [.embedInCode("Themes/Shipped")],
    swiftSettings: strict),
  .executableTarget(
    name: "Dashboard",
    dependencies: ["DashboardKit", "DeploymentDrivers", "DeploymentInterface"]
      + libvirtDependencies,
    path: "Sources/Dashboard/Main", swiftSettings: strict),
]

let tests: [Target] = [
  .target(
    name: "TestSupport",
    dependencies: ["Basics", "CPosix", "DeploymentInterface", "Posix", "SafeTexts"],
    path: "Tests/TestSupport", swiftSettings: strict),
  .testTarget(name: "BasicsTests", dependencies: ["Basics"], swiftSettings: strict),
  .testTarget(name: "PosixTests", dependencies: ["Basics", "Posix"], swiftSettings: strict),
  .testTarget(
    name: "DeploymentEngineTests",
    dependencies: [
      "Basics", "DeploymentEngine", "EngineSimulation", "DeploymentInterface", "SafeTexts",
    ],
    exclude: ["Scenarios"], swiftSettings: strict),
  .testTarget(
    name: "EngineSimulationTests",
    dependencies: ["EngineSimulation", "DeploymentEngine", "DeploymentInterface", "SafeTexts"],
    swiftSettings: strict),
  .testTarget(
    name: "EngineRuntimeTests",
    dependencies: [
      "Basics", "EngineRuntime", "EngineStore", "DeploymentDrivers", "DeploymentEngine",
      "DeploymentInterface", "Posix", "SafeTexts", "Fuzzing", "TestSupport", grdb,
    ],
    swiftSettings: strict),
  .testTarget(
    name: "DeploymentDriversTests",
    dependencies: [
      "Basics", "DeploymentDrivers", "DriverConformance", "ProtocolConformance",
      "DeploymentInterface", "Posix", "SafeTexts", "Fuzzing", "TestSupport",
    ],
    swiftSettings: strict),
  .testTarget(
    name: "DashboardTests",
    dependencies: [
      "Basics", "Posix", "TestSupport", "DashboardKit", "DashboardScreen", "TerminalHost",
      "TerminalCells", "DeploymentEngine",
      "EngineSimulation", "EngineRuntime", "EngineStore", "DeploymentDrivers", "DriverConformance",
      "ProtocolConformance", "DeploymentInterface", "SafeTexts", "Fuzzing",
      argumentParser,
    ],
    exclude: ["Golden"], swiftSettings: strict),
  .target(
    name: "Fuzzing", dependencies: ["Basics"], path: "Tests/Fuzzing", swiftSettings: strict),
  .testTarget(
    name: "Products",
    dependencies: [
      "DeploymentInterface", "SafeTexts", "DriverConformance", "DeploymentEngine", "EngineRuntime",
      "EngineStore", logging,
    ],
    swiftSettings: strict),
  // `make bench` runs it. In the package of the other benchmarks it could not import the screen.
  .executableTarget(
    name: "ScreenBenchmark",
    dependencies: [
      "DashboardScreen", "DeploymentEngine", "DeploymentInterface", "SafeTexts", "TerminalCells",
    ],
    path: "Tests/Helpers/ScreenBenchmark", swiftSettings: strict),
  .testTarget(name: "TidyTests", swiftSettings: strict),
  .testTarget(
    name: "EndToEnd", dependencies: ["Basics", "Posix", "TestSupport"], swiftSettings: strict),
]

let package = Package(
  name: "deployment-dashboard",
  products: [
    .executable(name: "dashboard", targets: ["Dashboard"]),
    .library(name: "DashboardKit", targets: ["DashboardKit"]),
    .library(name: "DeploymentInterface", targets: ["DeploymentInterface", "SafeTexts"]),
    .library(name: "DriverConformance", targets: ["DriverConformance"]),
    .library(name: "DeploymentEngine", targets: ["DeploymentEngine"]),
    .library(name: "EngineRuntime", targets: ["EngineRuntime", "EngineStore"]),
    .library(name: "DeploymentDrivers", targets: ["DeploymentDrivers"]),
  ],
  traits: [
    .trait(name: "Libvirt", description: "The driver `libvirt`: needs libvirt-dev."),
    .default(enabledTraits: hasLibvirt ? ["Libvirt"] : []),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
  ],
  targets: support + engine + drivers + libvirtTargets + dashboard + tests,
  swiftLanguageModes: [.v6]
)
