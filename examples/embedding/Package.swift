// swift-tools-version: 6.2
import PackageDescription

// A program that runs the engine itself: it uses the project's products only.
let package = Package(
  name: "embedding",
  dependencies: [
    .package(name: "deployment-dashboard", path: "../.."),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
  ],
  targets: [
    .executableTarget(
      name: "Embedding",
      dependencies: [
        .product(name: "DeploymentDrivers", package: "deployment-dashboard"),
        .product(name: "DeploymentEngine", package: "deployment-dashboard"),
        .product(name: "DeploymentInterface", package: "deployment-dashboard"),
        .product(name: "EngineRuntime", package: "deployment-dashboard"),
        .product(name: "Logging", package: "swift-log"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
