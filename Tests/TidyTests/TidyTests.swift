import Testing

@Suite struct TidyTests {
  @Test func readsTheTree() {
    #expect(Tree.files.contains { $0.path == "Package.swift" })
    #expect(Tree.files.contains { $0.path.hasPrefix("Sources/DeploymentEngine/Core/") })
  }

  @Test(arguments: Rule.all)
  func holds(_ rule: Rule) {
    for finding in Tree.files.flatMap(rule.check) {
      Issue.record(Comment(rawValue: finding.description))
    }
  }
}

extension Rule {
  static let all = sizes + imports + purity + safety + text + language
}
