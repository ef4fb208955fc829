// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the project neither builds nor ships what only measures it.
let package = Package(
  name: "benchmarks",
  dependencies: [
    .package(name: "deployment-dashboard", path: "../.."),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        .product(name: "DeploymentInterface", package: "deployment-dashboard"),
        .product(name: "DeploymentEngine", package: "deployment-dashboard"),
        .product(name: "EngineRuntime", package: "deployment-dashboard"),
        .product(name: "DeploymentDrivers", package: "deployment-dashboard"),
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ],
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .treatAllWarnings(as: .error),
      ])
  ],
  swiftLanguageModes: [.v6]
)
