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
      name: "LibvirtDriver", dependencies: ["CLibvirt", "DeploymentInterface", "SafeTexts"],
      path: "Sources/Drivers/Libvirt", swiftSettings: strict),
    .testTarget(
      name: "LibvirtDriverTests",
      dependencies: [
        "LibvirtDriver", "CLibvirt", "DriverConformance", "DeploymentInterface", "SafeTexts",
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
  room("SafeTexts", in: "Support/SafeTexts", [])
]

let engine: [Target] = [
  room("DeploymentInterface", in: "DeploymentEngine/Interface", ["SafeTexts"]),
  room(
    "DeploymentEngine", in: "DeploymentEngine/Core",
    ["DeploymentInterface", "SafeTexts", deque, heap]),
  room(
    "EngineStore", in: "DeploymentEngine/Store",
    ["DeploymentEngine", "DeploymentInterface", "SafeTexts", grdb]),
  room(
    "EngineRuntime", in: "DeploymentEngine/Runtime",
    ["EngineStore", "DeploymentEngine", "DeploymentInterface", "SafeTexts", logging]),
  room(
    "EngineSimulation", in: "DeploymentEngine/Simulation",
    ["DeploymentEngine", "DeploymentInterface", "SafeTexts"]),
]

let drivers: [Target] = [
  .target(
    name: "DeploymentDrivers", dependencies: ["DeploymentInterface", "SafeTexts"],
    path: "Sources/Drivers", exclude: ["Libvirt", "Conformance", "ProtocolConformance"],
    swiftSettings: strict),
  room(
    "DriverConformance", in: "Drivers/Conformance", ["DeploymentInterface", "SafeTexts"]),
  room(
    "ProtocolConformance", in: "Drivers/ProtocolConformance",
    ["DriverConformance", "DeploymentDrivers", "DeploymentInterface", "SafeTexts"]),
]

let dashboard: [Target] = [
  .systemLibrary(name: "CNcurses", providers: [.apt(["libncurses-dev"])]),
  .executableTarget(
    name: "Dashboard",
    dependencies: [
      "CNcurses", "DeploymentEngine", "EngineSimulation", "EngineRuntime", "EngineStore",
      "DeploymentDrivers", "DriverConformance", "ProtocolConformance", "DeploymentInterface",
      "SafeTexts", argumentParser, logging, yams,
    ] + libvirtDependencies,
    resources: [.embedInCode("Theme/Shipped")],
    swiftSettings: strict),
]

let tests: [Target] = [
  .testTarget(
    name: "DeploymentEngineTests",
    dependencies: ["DeploymentEngine", "EngineSimulation", "DeploymentInterface", "SafeTexts"],
    swiftSettings: strict),
  .testTarget(
    name: "EngineSimulationTests",
    dependencies: ["EngineSimulation", "DeploymentEngine", "DeploymentInterface", "SafeTexts"],
    swiftSettings: strict),
  .testTarget(
    name: "EngineRuntimeTests",
    dependencies: [
      "EngineRuntime", "EngineStore", "DeploymentDrivers", "DeploymentEngine",
      "DeploymentInterface", "SafeTexts", "Fuzzing", grdb,
    ],
    swiftSettings: strict),
  .testTarget(
    name: "DeploymentDriversTests",
    dependencies: [
      "DeploymentDrivers", "DriverConformance", "ProtocolConformance", "DeploymentInterface",
      "SafeTexts", "Fuzzing",
    ],
    swiftSettings: strict),
  .testTarget(
    name: "DashboardTests",
    dependencies: [
      "Dashboard", "DeploymentEngine", "EngineSimulation", "EngineRuntime", "EngineStore",
      "DeploymentDrivers", "DeploymentInterface", "SafeTexts", "Fuzzing",
    ],
    swiftSettings: strict),
  .target(name: "Fuzzing", path: "Tests/Fuzzing", swiftSettings: strict),
  .testTarget(name: "TidyTests", swiftSettings: strict),
  .testTarget(name: "EndToEnd", swiftSettings: strict),
]

let package = Package(
  name: "deployment-dashboard",
  products: [
    .executable(name: "dashboard", targets: ["Dashboard"]),
    .library(name: "DeploymentInterface", targets: ["DeploymentInterface"]),
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
