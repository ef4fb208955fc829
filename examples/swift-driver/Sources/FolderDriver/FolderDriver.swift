public import DeploymentInterface
import Foundation
import SafeTexts

/// Creates one folder for each deployment.
public struct FolderDriver: Driver {
  /// Creates a driver.
  public init() {}
  /// The driver's name in a configuration.
  public var name: String { "folder" }
  /// What it creates.
  public var help: String { "Folders on this machine." }
  /// The parameters of an entry under `providers`.
  public var providerParameters: [Parameter] { Self.parameters }

  static let parameters = [
    Parameter("root", .text, isRequired: true, "The folder in which the folders are created.")
  ]

  /// Creates the provider of one entry of the configuration.
  public func makeProvider(
    _ parameters: ParameterValues
  ) throws(ParameterProblem) -> any Provider {
    let reader = try ParameterReader(
      parameters, of: "a folder provider", parameters: Self.parameters)
    return FolderProvider(root: reader.text("root") ?? "")
  }
}

struct FolderProvider: Provider {
  let root: String

  func makeService(_ parameters: ParameterValues) throws(ParameterProblem) -> any Service {
    _ = try ParameterReader(parameters, of: "folder", parameters: [])
    return FolderService(root: root)
  }

  func problem() async -> SafeText? {
    FileManager.default.isWritableFile(atPath: root) ? nil : SafeText("\(root) cannot be written")
  }
}

struct FolderService: Service {
  let root: String

  var cacheLevels: CacheLevels { .l1 }
  func makeDeployment() -> FolderDeployment { FolderDeployment() }
}
