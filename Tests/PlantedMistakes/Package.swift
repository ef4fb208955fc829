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
  platforms: [.macOS(.v15)],
  dependencies: [.package(url: "https://github.com/apple/swift-collections", from: "1.6.0")],
  targets: [
    .target(
      name: "DeploymentEngine",
      dependencies: [
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HeapModule", package: "swift-collections"),
      ],
      swiftSettings: strict),
    .target(name: "EngineSimulation", dependencies: ["DeploymentEngine"], swiftSettings: strict),
    .executableTarget(
      name: "Planted", dependencies: ["EngineSimulation"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
