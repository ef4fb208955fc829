// swift-tools-version: 6.2
import PackageDescription

// Built by scripts/planted.sh in a copy of the tree: the core with mistakes in it.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
  name: "planted-mistakes",
  dependencies: [.package(url: "https://github.com/apple/swift-collections", from: "1.6.0")],
  targets: [
    .target(name: "Basics", path: "Sources/Support/Basics", swiftSettings: strict),
    .target(name: "SafeTexts", path: "Sources/Support/SafeTexts", swiftSettings: strict),
    .target(
      name: "DeploymentInterface", dependencies: ["Basics", "SafeTexts"],
      path: "Sources/DeploymentEngine/Interface", swiftSettings: strict),
    .target(
      name: "DeploymentEngine",
      dependencies: [
        "Basics", "DeploymentInterface", "SafeTexts",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HeapModule", package: "swift-collections"),
      ],
      path: "Sources/DeploymentEngine/Core", swiftSettings: strict),
    .target(
      name: "EngineSimulation",
      dependencies: ["Basics", "DeploymentEngine", "DeploymentInterface", "SafeTexts"],
      path: "Sources/DeploymentEngine/Simulation", swiftSettings: strict),
    .executableTarget(
      name: "Planted", dependencies: ["EngineSimulation", "DeploymentInterface"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
