import DeploymentInterface
import SafeTexts
import Testing

@testable import DeploymentEngine

/// Which deployments have a text in common.
@Suite struct TextIndexTests {
  private func index(_ numbers: Int64...) -> TextIndex {
    var index = TextIndex()
    for number in numbers { index.move(DeploymentID(number), from: "", to: "a") }
    return index
  }

  @Test(
    arguments: [
      (1, [2, 3]), (2, [1, 3]), (3, [1, 2]), (4, [1, 2, 3]),
    ] as [(Int64, [Int64])])
  func theOthersKeepTheirOrderWhoeverLeaves(_ leaver: Int64, _ rest: [Int64]) {
    var index = index(1, 2, 3)
    index.move(DeploymentID(leaver), from: "a", to: "b")
    #expect(index.holders(of: "a") == rest.map { DeploymentID($0) })
    #expect(index.sharers(of: "a") == index.holders(of: "a"))
    #expect(index.holders(of: "b") == [DeploymentID(leaver)] && index.sharers(of: "b").isEmpty)
  }

  @Test func oneAloneSharesWithNobodyAndNobodyHasTheEmptyText() {
    var index = index(1, 2)
    index.move(DeploymentID(1), from: "a", to: "")
    #expect(index.holders(of: "a") == [DeploymentID(2)] && index.sharers(of: "a").isEmpty)
    index.move(DeploymentID(2), from: "a", to: "")
    #expect(index.holders(of: "a").isEmpty && index.holders(of: "").isEmpty)
  }
}
