import DeploymentEngine
import DeploymentInterface
import SafeTexts
import Testing

/// Every kind of request has one row, and one name.
@Suite struct RequestNameTests {
  private static let id = DeploymentID(7)
  private static let orphan = OrphanName(provider: "here", kind: "vm", name: "lab-001")
  private static let verbs: [Verb] = [
    .assign(id, user: "ann"), .release(id), .ready(id), .move(id, to: .l2), .cancel(id),
    .destroy(id), .retry(id), .forget(id), .undo(id), .assignFromPool("lab", user: "ann"),
    .unwait("lab", user: "ann"), .publish("lab"), .forcePublication("lab"),
    .cancelPublication("lab"), .pause("lab"),
    .resume("lab"), .lift("lab"),
    .resize("lab", nil), .maintenance("here", true), .notify("u1", .ready(nil)),
    .removeOrphan(orphan), .noteRemoval(orphan), .adopt(orphan, user: "ann"),
    .reload(force: true, closeAll: false),
  ]

  @Test func namesEachKindOnce() {
    #expect(Self.verbs.map(\.name) == RequestName.allCases)
  }

  @Test(arguments: RequestName.allCases)
  func hasTheRowOfItsName(_ name: RequestName) {
    #expect(name.row.name == name)
    #expect(name.row.summary.hasSuffix("."))
    #expect(name.row.help.hasSuffix("."))
  }

  @Test(arguments: verbs)
  func hasTheSubjectOfItsRow(_ verb: Verb) {
    let subject: RequestSubject =
      switch verb.kind {
      case .deployment: .deployment
      case .pool: .pool
      case .provider: .provider
      case .guest: .guest
      case .orphan: .orphan
      case .engine: .engine
      }
    #expect(verb.name.row.subject == subject)
  }

  @Test(arguments: verbs)
  func isMadeOfItsParts(_ verb: Verb) {
    switch verb.kind {
    case .deployment(let id, let asked):
      #expect(Verb(asked, of: id) == verb)
      #expect(DeploymentRequest(verb.name, level: .l1, user: "ann") == asked)
    case .pool(let pool, let asked): #expect(Verb(asked, of: pool) == verb)
    case .provider, .guest, .orphan, .engine:
      #expect(DeploymentRequest(verb.name, level: .l1, user: "ann") == nil)
    }
  }

  /// Only what ends a deployment waits for the grace time.
  @Test func waitsWhereItCanBeTakenBack() {
    let graceful = RequestName.allCases.filter { $0.row.graceful != nil }
    #expect(graceful == [.release, .cancel, .destroy])
    for name in graceful { #expect(name.row.graceful?.word == name.rawValue) }
  }
}
