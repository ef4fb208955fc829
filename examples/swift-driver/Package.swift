// swift-tools-version: 6.2
import PackageDescription

// A driver outside of the project: it uses the project's products only.
let package = Package(
  name: "folder-driver",
  products: [
    .library(name: "FolderDriver", targets: ["FolderDriver"]),
    .executable(name: "folder-dashboard", targets: ["FolderDashboard"]),
  ],
  dependencies: [.package(name: "deployment-dashboard", path: "../..")],
  targets: [
    .target(
      name: "FolderDriver",
      dependencies: [.product(name: "DeploymentInterface", package: "deployment-dashboard")]),
    .executableTarget(
      name: "FolderDashboard",
      dependencies: [
        "FolderDriver",
        .product(name: "DashboardKit", package: "deployment-dashboard"),
        .product(name: "DeploymentDrivers", package: "deployment-dashboard"),
      ]),
    .testTarget(
      name: "FolderDriverTests",
      dependencies: [
        "FolderDriver",
        .product(name: "DeploymentInterface", package: "deployment-dashboard"),
        .product(name: "DriverConformance", package: "deployment-dashboard"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
