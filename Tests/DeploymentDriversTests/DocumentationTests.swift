import DeploymentInterface
import Testing

@testable import DeploymentDrivers

/// The pages about drivers list their parameters.
@Suite struct DocumentationTests {
  @Test(arguments: Drivers.all.map(\.name))
  func thePageHasTheTableOfParameters(_ name: String) throws {
    let driver = try driver(name)
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let page = ProcessWorld.text("/\(root)/docs/\(name).md")
    for parameters in [driver.providerParameters, driver.serviceParameters]
    where !parameters.isEmpty {
      let table = Self.table(of: parameters)
      #expect(page.contains(table), "docs/\(name).md should hold:\n\(table)")
    }
  }

  /// The page about drivers in Swift quotes the example whole, as it is compiled.
  @Test(arguments: ["FolderDriver", "FolderDeployment"])
  func thePageQuotesTheExample(_ type: String) throws {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let page = ProcessWorld.text("/\(root)/docs/swift-driver.md")
    let blocks = page.split(separator: "```swift\n").dropFirst().compactMap {
      $0.split(separator: "```").first
    }
    let block = try #require(blocks.first { $0.contains("struct \(type):") })
    let folder = "/\(root)/examples/swift-driver/Sources/FolderDriver/"
    let source = ProcessWorld.text(folder + "\(type).swift").split(separator: "\n")
    for line in block.split(separator: "\n") {
      #expect(source.contains(line), "\(type).swift has no line: \(line)")
    }
  }

  static func table(of parameters: [Parameter]) -> String {
    let rows = parameters.map { parameter in
      let fallback =
        parameter.isRequired ? "required" : parameter.defaultText.map { "`\($0)`" } ?? "none"
      return "| `\(parameter.name)` | \(parameter.kind.allowed) | \(fallback) | \(parameter.help) |"
    }
    return "| parameter | value | default | what it does |\n|---|---|---|---|\n"
      + rows.joined(separator: "\n") + "\n"
  }
}
