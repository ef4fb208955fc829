import DeploymentInterface
import Foundation
import Testing

@testable import LibvirtDriver

/// The parameters of a configuration, and their documentation.
@Suite struct ParameterTests {
  @Test(
    arguments: [
      (["uri": .text("somewhere")], "uri"), ([:], "uri"), (["uri": .text("lxc:///")], "uri"),
      (["uri": .text("test:///default"), "pool": .text("a\0b")], "pool"),
      (["uri": .text("test:///default"), "host": .text("x")], "host"),
    ] as [(ParameterValues, String)])
  func aProviderThatCannotBeIsRefused(_ values: ParameterValues, _ parameter: String) {
    let problem = #expect(throws: ParameterProblem.self) { try LibvirtConnection(values) }
    #expect(problem?.parameter == parameter)
  }

  @Test(
    arguments: [
      ([:], "base"), (["base": .text("")], "base"), (["memory": .text("512")], "memory"),
      (["memory": .text("0MiB")], "memory"), (["cpus": .integer(0)], "cpus"),
      (["template": .text("guest.xml")], "template"), (["graphics": .text("x11")], "graphics"),
      (["l2": .text("frozen")], "l2"), (["readyWithin": .duration(.zero)], "readyWithin"),
      (["port": .integer(22), "ready": .text("running")], "port"),
      (["addressFrom": .list(["dns"])], "addressFrom"), (["disk": .text("x")], "disk"),
    ] as [(ParameterValues, String)])
  func aServiceThatCannotBeIsRefused(_ values: ParameterValues, _ parameter: String) {
    let all = parameter == "base" ? values : ["base": .text("golden")].merging(values) { $1 }
    let problem = #expect(throws: ParameterProblem.self) { try LibvirtPlan(all) }
    #expect(problem?.parameter == parameter)
  }

  @Test func sizesHaveTheirUnits() throws {
    let base = ParameterValue.text("golden")
    #expect(try LibvirtPlan(["base": base, "memory": .text("512MiB")]).memory == 524_288)
    #expect(try LibvirtPlan(["base": base, "memory": .text("2GiB")]).memory == 2_097_152)
    #expect(try LibvirtPlan(["base": base]).memory == nil)
  }

  @Test func thePageHasTheTablesOfParameters() throws {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let page = try String(contentsOfFile: "/\(root)/docs/libvirt.md", encoding: .utf8)
    for parameters in [LibvirtConnection.parameters, LibvirtPlan.parameters] {
      let table = Self.table(of: parameters)
      #expect(page.contains(table), "docs/libvirt.md should hold:\n\(table)")
    }
  }

  private static func table(of parameters: [Parameter]) -> String {
    let rows = parameters.map { parameter in
      let fallback =
        parameter.isRequired ? "required" : parameter.defaultText.map { "`\($0)`" } ?? "none"
      return "| `\(parameter.name)` | \(parameter.kind.allowed) | \(fallback) | \(parameter.help) |"
    }
    return "| parameter | value | default | what it does |\n|---|---|---|---|\n"
      + rows.joined(separator: "\n") + "\n"
  }
}
