import DeploymentEngine
import DeploymentInterface
import SafeTexts
import Testing

@testable import DashboardScreen

@Suite struct FilterTests {
  private static let deployment: Deployment = {
    var deployment = Fixture.deployment(
      17, Fixture.win11, "Lab-003", .assigned("zoë"), .error(Failed(.setReady, .permanent)),
      ip: "10.0.0.7")
    deployment.reason = "setReady: Process 4711 is gone"
    return deployment
  }()

  @Test(arguments: [
    ("", true), ("   ", true), ("lab", true), ("LAB", false), ("Lab", true), ("!lab", false),
    ("!xyz", true), ("lab gone", true), ("lab here", false), ("state:error", true),
    ("state:usable", false), ("!state:usable", true), ("user:zo", true), ("user:ZOË", false),
    ("user:ana", false), ("id:d17", true), ("d17", true), ("pool:win", true), ("ip:10.0", true),
    ("reason:gone", true), ("name:gone", false), ("user:", true), ("!", true), ("!user:", true),
    ("~lab-0+3", true), ("~^Lab", true), ("~(lab", true), ("~lab-[", true), ("~", true),
    ("!~4711$", true), ("!~gone$", false), ("state:error ~47.. is", true), ("zoë", true),
    ("unknown:field", false),
  ])
  func matches(_ text: String, _ isShown: Bool) {
    #expect(Filter(text).matches(Self.deployment, pool: "win11") == isShown)
  }

  /// The quick way through many rows finds what the slow one finds.
  @Test(arguments: ["zoë", "Zoe", "zoe"]) func looksThroughRowsAsThroughOne(_ user: String) {
    var deployment = Self.deployment
    deployment.placement = .assigned(SafeText(user))
    let words = [
      "lab", "Lab", "LAB", "b-0", "003err", "error", "rror10", "zo", "ZO", "zoë", "e", "d17", "7",
      "4711", "4711 is gone", "win", "win11", "10.0.0.7", ".", "~^error$", "~4711.*gone",
    ]
    let fields = ["", "name:", "state:", "user:", "pool:", "ip:", "id:", "reason:", "other:"]
    for word in words {
      for text in fields.flatMap({ [$0 + word, "!" + $0 + word, $0 + word + " !gone"] }) {
        let filter = Filter(text)
        let row = RowFilter(filter, pools: Fixture.state.pools)
        #expect(
          row.matches(RowText(deployment), in: deployment.pool) { deployment }
            == filter.matches(deployment, pool: "win11"), "\(text)")
      }
    }
  }

  @Test func saysThatAHalfTypedPatternIsNotComplete() {
    #expect(Filter("~(lab").problem != nil)
    #expect(Filter("~(lab)").problem == nil)
    #expect(Filter("state:error ~[").problem != nil)
  }

  @Test(arguments: [#"(a)\1"#, "a{5000}", "(a{9}){9}", String(repeating: "a", count: 500)])
  func takesNoPatternThatCouldHang(_ pattern: String) {
    #expect(Pattern(pattern, foldsCase: false) == nil)
  }

  @Test func matchesLinesOfText() {
    #expect(Filter("gone").matches(line: "it is gone"))
    #expect(!Filter("").matches(line: "anything"))
    #expect(Filter("~g.ne").matches(line: "it is gone"))
  }
}
