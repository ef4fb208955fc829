import Basics
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import SafeTexts
import TestSupport
import Testing

@testable import DashboardKit

/// The JSON documents, key by key: scripts hold on to them.
@Suite struct DocumentTests {
  private static let now = EngineTime(
    moment: Moment(milliseconds: 1_000_000), utc: Timestamp(milliseconds: 1_767_258_000_000))
  private static let lab = Pool(
    id: PoolID(1), name: "lab", provider: "here", sizes: Sizes(initial: 0, l1: 5, l2: 3, max: 40))

  private func deployment() -> Deployment {
    Deployment(
      id: DeploymentID(17), pool: PoolID(1), identity: Identity(name: "lab-003"),
      placement: .cache(.l1, reservedFor: nil), phase: .usable(nil), guest: .ready(),
      publication: nil, because: "growing", at: Timestamp(milliseconds: 1_767_257_940_000))
  }

  private func view(_ deployments: [Deployment] = [], pool: Pool = lab) -> StoreView {
    var state = StoredState()
    state.pools = [pool]
    state.deployments = deployments
    return StoreView(state, at: Self.now)
  }

  @Test func aDeploymentOfWhichLittleIsKnown() {
    let document = view().document(of: deployment())
    #expect(
      document.text() == """
        {"id": "d17", "name": "lab-003", "uniqueId": null, "pool": "lab", "placement": "L1", \
        "user": null, "state": "usable", "osState": "usable", "operation": null, \
        "progress": null, "cancelRequested": false, "inUse": false, "ip": null, \
        "reasonOfError": null, "publication": null, "revision": 1, \
        "createdAt": "2026-01-01T08:59:00Z", "stateSince": "2026-01-01T08:59:00Z", \
        "nextCheckAt": null, "console": null}
        """)
  }

  @Test func aDeploymentOfWhichAllIsKnown() {
    var deployment = deployment()
    deployment.placement = .assigned("ana")
    let end = Deadline(from: Self.now.moment, length: .hours(1))
    deployment.load(.preparing(Operation(.setReady, deadline: end), ending: true))
    deployment.progress = Progress(done: 3, of: 5)
    deployment.uniqueId = "u-1"
    deployment.driverName = "Lab 3"
    deployment.guest = .silent
    deployment.loggedIn = ["ana"]
    deployment.ip = "10.1.4.3"
    deployment.reason = "was \"slow\""
    deployment.publication = 2
    deployment.revision = 9
    deployment.nextActionAt = Deadline(from: Self.now.moment, length: .seconds(5))
    #expect(
      view().document(of: deployment).text() == """
        {"id": "d17", "name": "Lab 3", "uniqueId": "u-1", "pool": "lab", "placement": "assigned", \
        "user": "ana", "state": "preparing", "osState": "preparing", "operation": "setReady", \
        "progress": "3/5", "cancelRequested": true, "inUse": true, "ip": "10.1.4.3", \
        "reasonOfError": "was \\"slow\\"", "publication": 2, "revision": 9, \
        "createdAt": "2026-01-01T08:59:00Z", "stateSince": "2026-01-01T08:59:00Z", \
        "nextCheckAt": "2026-01-01T09:00:05Z", "console": null}
        """)
  }

  @Test func anErrorNamesTheOperationThatFailedAndAReservationItsUser() {
    var deployment = deployment()
    deployment.placement = .cache(.l2, reservedFor: "luis")
    deployment.load(.error(Failed(.moveToCache(.l1), .permanent)))
    deployment.reason = "the disk is full"
    let text = view().document(of: deployment).text()
    #expect(text.contains(#""placement": "L2", "user": "luis", "state": "error""#))
    #expect(text.contains(#""operation": "moveToCache""#))
    #expect(text.contains(#""reasonOfError": "the disk is full""#))
  }

  @Test func aPool() {
    var pool = Self.lab
    pool.traits = ServiceTraits(cacheLevels: .l1AndL2)
    pool.counts.l1Ready = 2
    pool.counts.l1Waiting = 1
    pool.counts.l1Preparing = 1
    pool.counts.l2Ready = 3
    pool.counts.assigned = 4
    pool.counts.error = 1
    pool.overrides = SizeOverrides(l1: 6)
    pool.restraint = Restraint(
      until: Deadline(from: Self.now.moment, length: .minutes(9)), reason: "no disk")
    pool.activePublication = 2
    pool.waiting = 3
    pool.now = "restrained for 9 min: no disk"
    pool.plan = PoolPlan(
      l1: LevelPlan(.grow, count: 2, fromL2: 1, create: 1, because: "2 of 6 ready"),
      l2: LevelPlan(because: "L2 is met"))
    #expect(
      view().document(of: pool).text() == """
        {"name": "lab", "provider": "here", "state": "restrained", \
        "restrainedUntil": "2026-01-01T09:09:00Z", \
        "sizes": {"initial": 0, "l1": 6, "l2": 3, "max": 40}, \
        "sizesSet": {"initial": null, "l1": 6, "l2": null, "max": null}, \
        "counts": {"l1Ready": 2, "l1Preparing": 2, "l2Ready": 3, "l2Preparing": 0, \
        "assigned": 4, "removing": 0, "error": 1}, "publication": 2, \
        "plan": {"l1": {"action": "grow", "count": 2, "fromL2": 1, "create": 1, \
        "because": "2 of 6 ready"}, \
        "l2": {"action": "none", "count": 0, "because": "L2 is met"}}, \
        "waiting": 3, "now": "restrained for 9 min: no disk"}
        """)
  }

  @Test func anEvent() {
    let entry = JournalEntry(
      at: Self.now.utc, level: .warning, kind: .failure, pool: PoolID(1),
      deployment: DeploymentID(17), actor: "ana@pts/3", message: "it broke")
    #expect(
      view().document(of: NumberedEntry(sequence: 7, entry: entry)).text() == """
        {"seq": 7, "at": "2026-01-01T09:00:00Z", "level": "warning", "kind": "failure", \
        "pool": "lab", "deployment": "d17", "actor": "ana@pts/3", "message": "it broke"}
        """)
    let bare = JournalEntry(at: Self.now.utc, kind: .engine, message: "started")
    #expect(
      view().document(of: NumberedEntry(sequence: 8, entry: bare)).text()
        .contains(#""pool": null, "deployment": null, "actor": "engine""#))
  }

  @Test func anAct() {
    let act = Act.on("lab-003", .destroy)
    let refused = ActResult(act, .refused, "it is assigned", deployment: DeploymentID(17))
    let unknown = ActResult(act, .refused, "there is no such deployment", status: .absent)
    let pool = ActResult(.on("lab", .pause("lab")), .accepted, "paused")
    let report = ResultReport(results: [refused, unknown, pool], view: view([deployment()]))
    let documents = report.documents.map { $0.text() }
    #expect(
      documents[0].hasPrefix(
        """
        {"id": "d17", "outcome": "refused", "reason": "it is assigned", \
        "deployment": {"id": "d17", "name": "lab-003", 
        """))
    #expect(
      documents[1] == """
        {"id": "lab-003", "outcome": "refused", "reason": "there is no such deployment", \
        "deployment": null}
        """)
    #expect(
      documents[2]
        == #"{"id": "lab", "outcome": "accepted", "reason": "paused", "deployment": null}"#)
    #expect(
      report.complaints == ["d17 lab-003: it is assigned", "lab-003: there is no such deployment"])
    #expect(report.answers(.lines) == ["lab: paused"])
    #expect(report.status == .failed)
  }

  @Test func textFromOutsideIsInertInADocument() {
    var deployment = deployment()
    deployment.reason = SafeText("\u{1b}[31mred\u{202e}\n\"\\")
    let text = view().document(of: deployment).text()
    #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202e })
    #expect(text.contains(#"␛[31mred‹202E›␊\"\\"#))
  }

  @Test(arguments: [
    ("a\u{1}b", "\"a\\u0001b\""), ("\u{7f}", "\"\\u007f\""), ("\u{2028}", "\"\\u2028\""),
    ("tab\tend\n", "\"tab\\tend\\n\""), ("ñ 🙂", "\"ñ 🙂\""),
  ])
  func stringsAreQuoted(_ text: String, _ expected: String) {
    #expect(JSONValue.string(text).text() == expected)
  }

  @Test func aListHasALineForEachItem() {
    #expect(JSONValue.array([]).text(lines: true) == "[]")
    #expect(JSONValue.array([.integer(1), .null]).text(lines: true) == "[\n  1,\n  null\n]")
    #expect(JSONValue.array([.integer(1), .bool(true)]).text() == "[1, true]")
  }

  @Test(arguments: [
    (Int64(0), "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
    (1_767_258_000_999, "2026-01-01T09:00:00Z"),
  ])
  func timesAreWholeSecondsInUTC(_ milliseconds: Int64, _ expected: String) {
    #expect(TimeText.iso8601(Timestamp(milliseconds: milliseconds)) == expected)
  }
}
