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
let hasLibvirt = ["/usr/include", "/usr/local/include", "/opt/homebrew/include"]
  .contains { FileManager.default.fileExists(atPath: $0 + "/libvirt/libvirt.h") }
let libvirtTargets: [Target] =
  !hasLibvirt
  ? []
  : [
    .target(name: "CLibvirt"),
    .target(
      name: "LibvirtDriver", dependencies: ["Basics", "CLibvirt", "DeploymentEngine", "Posix"],
      swiftSettings: strict),
    .testTarget(
      name: "LibvirtDriverTests",
      dependencies: [
        "Basics", "LibvirtDriver", "CLibvirt", "DeploymentDrivers", "DeploymentEngine", "Posix",
        "TestSupport",
      ],
      swiftSettings: strict),
  ]
let libvirtDependencies: [Target.Dependency] =
  hasLibvirt ? [.target(name: "LibvirtDriver", condition: .when(traits: ["Libvirt"]))] : []

let package = Package(
  name: "deployment-dashboard",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "dashboard", targets: ["Dashboard"]),
    .library(name: "DeploymentEngine", targets: ["DeploymentEngine"]),
    .library(name: "EngineRuntime", targets: ["EngineRuntime"]),
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
  targets: [
    .target(name: "Basics", path: "Sources/Support/Basics", swiftSettings: strict),
    .target(name: "CPosix", path: "Sources/Support/CPosix"),
    .target(
      name: "Posix", dependencies: ["Basics", "CPosix"], path: "Sources/Support/Posix",
      swiftSettings: strict),
    .systemLibrary(name: "CNcurses", providers: [.apt(["libncurses-dev"])]),
    .target(
      name: "DeploymentEngine",
      dependencies: [
        "Basics",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HeapModule", package: "swift-collections"),
      ],
      swiftSettings: strict),
    .target(
      name: "EngineRuntime",
      dependencies: [
        "Basics", "DeploymentEngine", "Posix",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),
    .target(
      name: "DeploymentDrivers", dependencies: ["Basics", "CPosix", "DeploymentEngine", "Posix"],
      swiftSettings: strict),
    .executableTarget(
      name: "Dashboard",
      dependencies: [
        "Basics", "CNcurses", "CPosix", "DeploymentEngine", "EngineSimulation", "EngineRuntime",
        "DeploymentDrivers",
        "Posix",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Yams", package: "Yams"),
      ] + libvirtDependencies,
      resources: [.embedInCode("Theme/Shipped")],
      swiftSettings: strict),
    .target(
      name: "EngineSimulation", dependencies: ["Basics", "DeploymentEngine"],
      swiftSettings: strict),
    .testTarget(name: "BasicsTests", dependencies: ["Basics"], swiftSettings: strict),
    .testTarget(name: "PosixTests", dependencies: ["Basics", "Posix"], swiftSettings: strict),
    .testTarget(
      name: "DeploymentEngineTests",
      dependencies: ["Basics", "DeploymentEngine", "EngineSimulation"],
      swiftSettings: strict),
    .testTarget(
      name: "EngineSimulationTests", dependencies: ["EngineSimulation"], swiftSettings: strict),
    .testTarget(
      name: "EngineRuntimeTests",
      dependencies: [
        "Basics", "EngineRuntime", "DeploymentDrivers", "DeploymentEngine", "Fuzzing", "Posix",
        "TestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "DeploymentDriversTests",
      dependencies: [
        "Basics", "DeploymentDrivers", "DeploymentEngine", "Fuzzing", "Posix", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "DashboardTests",
      dependencies: [
        "Basics", "Dashboard", "DeploymentEngine", "EngineSimulation", "EngineRuntime",
        "DeploymentDrivers", "Fuzzing", "Posix", "TestSupport",
      ],
      swiftSettings: strict),
    .target(
      name: "TestSupport", dependencies: ["Basics", "CPosix", "DeploymentEngine", "Posix"],
      path: "Tests/TestSupport", swiftSettings: strict),
    .target(
      name: "Fuzzing", dependencies: ["Basics"], path: "Tests/Fuzzing", swiftSettings: strict),
    .testTarget(name: "TidyTests", swiftSettings: strict),
    .testTarget(
      name: "EndToEnd", dependencies: ["Basics", "Posix", "TestSupport"], swiftSettings: strict),
  ] + libvirtTargets,
  swiftLanguageModes: [.v6]
)
