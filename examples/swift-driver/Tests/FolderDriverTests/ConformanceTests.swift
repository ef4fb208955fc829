import DeploymentInterface
import DriverConformance
import FolderDriver
import Foundation
import SafeTexts
import Testing

@Test func theDriverConforms() async throws {
  let root = FileManager.default.temporaryDirectory.path + "/folders-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: root) }
  let provider = try FolderDriver().makeProvider(["root": .text(root)])

  var fixture = ConformanceFixture(try provider.makeService([:]), owner: "kit")
  fixture.count = { thing in
    FileManager.default.fileExists(atPath: root + "/" + thing.identity.name) ? 1 : 0
  }
  fixture.vanish = { thing in
    try FileManager.default.removeItem(atPath: root + "/" + thing.identity.name)
  }
  fixture.failing = try FolderDriver().makeProvider(["root": .text("/dev/null")]).makeService([:])

  let report = await Conformance(fixture).run()
  #expect(report.failures.isEmpty)
}

@Test func aWrongParameterIsNamed() {
  let problem = #expect(throws: ParameterProblem.self) {
    try FolderDriver().makeProvider(["rot": .text("/srv")])
  }
  #expect(problem?.parameter == "rot")
  #expect(problem?.sentence.text.hasSuffix("did you mean `root`?") == true)
}
