import DeploymentEngine
import DeploymentInterface
import Foundation
import GRDB
import Glibc
import Posix
import SafeTexts
import TestSupport
import Testing

@testable import EngineRuntime
@testable import EngineStore

/// Requests of users who may read a store but not write it. The other user of these tests keeps
/// root's group, and is therefore a member of the store's group.
@Suite(.enabled(if: geteuid() == 0, "only root can act as another user"))
struct DropBoxTests {
  private let temporary: TemporaryStore
  private let paths: StorePaths

  init() throws {
    temporary = try TemporaryStore()
    #expect(chmod(temporary.folder, 0o2750) == 0)
    paths = StorePaths(temporary.path)
  }

  private func request(
    _ key: String, _ verb: Verb = .pause("lab"), actor: SafeText = "root"
  ) -> Request {
    Request(key: RequestKey(key), actor: actor, verb: verb)
  }

  private func open<Value>(
    _ access: StoreAccess = .group, _ body: (Store) throws -> Value
  ) throws -> Value {
    try temporary.open(access, body)
  }

  private func take(_ store: Store) throws -> Store.Committed {
    try store.commit(Effects(), takingRequests: true, at: .current)
  }

  private func asMember<Value: Sendable>(
    _ body: @escaping @Sendable (RequestClient) throws -> Value
  ) throws -> Value {
    let path = temporary.path
    return try OtherUser.run { try body(try RequestClient(path: path)) }
  }

  private func drop(
    _ name: String, _ contents: String, mode: UInt32 = 0o644, owner: UInt32 = OtherUser.number
  ) throws {
    let path = paths.asks + "/" + fileName(name)
    try SecureFile.makeFile(path, mode: mode, contents: Array(contents.utf8))
    #expect(chown(path, owner, 0) == 0)
  }

  /// A name as members give to files.
  private func fileName(_ name: String, of store: String = "store.sqlite") -> String {
    "\(store).\(String(repeating: "0", count: 15 - name.count))\(name)-0123456789abc"
  }

  private func text(_ request: Request, for span: TimeSpan = .seconds(60)) throws -> String {
    try PlainJSON.encode(
      DroppedRequest(request: request, expiresAt: EngineClock.system.now.utc + span))
  }

  private var files: [String] {
    Folder.files(in: paths.asks, atMost: 10_000)
      + Folder.files(in: paths.claimedAsks, atMost: 10_000)
  }

  @Test func aMemberActsUnderTheNameThatTheKernelKnows() throws {
    try open { store in
      let request = request("k")
      try asMember { try $0.submit(request) }
      #expect(files.count == 1)
      #expect(store.hasDroppedRequests)
      let taken = try take(store)
      #expect(taken.requests.map(\.key) == [RequestKey("k")])
      #expect(taken.requests.map(\.actor.text) == [UserName.of(OtherUser.number)])
      #expect(files.isEmpty && !store.hasDroppedRequests)
      let isGone = try asMember { try $0.withdraw(RequestKey("k")) }
      #expect(!isGone)
      let answer = Answer(RequestKey("k"), .accepted(nil, note: "done"))
      var effects = Effects()
      effects.answers = [answer]
      _ = try store.commit(effects, at: .current)
      let reply = try asMember { try $0.answer(to: RequestKey("k")) }
      #expect(reply == answer.reply)
    }
  }

  @Test func theOwnerWritesIntoTheStore() throws {
    try open { store in
      try RequestClient(path: temporary.path).submit(request("k", actor: "ann"))
      #expect(files.isEmpty)
      #expect(try take(store).requests.map(\.actor) == ["ann"])
    }
  }

  @Test func aMemberWithdrawsWhatNoEngineHasTaken() throws {
    try open { _ in }
    let request = request("k")
    let isGone = try asMember { client in
      try client.submit(request)
      let isOpen = try client.isOpen(request.key)
      #expect(isOpen)
      return try client.withdraw(request.key)
    }
    #expect(isGone && files.isEmpty)
    try asMember { client in
      let replies = try client.ask([request], timeout: .milliseconds(20))
      let isOpen = try client.isOpen(request.key)
      #expect(replies.isEmpty && !isOpen, "withdrawn, because no engine runs")
    }
    #expect(files.isEmpty)
    let none = try open { try take($0).requests }
    #expect(none.isEmpty)
  }

  @Test func whatAnEngineHasTakenMayStillBeCarriedOut() throws {
    try open { store in
      let request = request("k")
      let client = try asMember { client in
        try client.submit(request)
        return client
      }
      #expect(try take(store).requests == [Request(request, by: OtherUser.number)])
      try OtherUser.run {
        let isGone = try client.withdraw(request.key)
        let isOpen = try client.isOpen(request.key)
        #expect(!isGone && isOpen)
      }
    }
  }

  @Test func aReportIsKeptForTheNextEngine() throws {
    try open { _ in }
    let report = request("k", .notify("u-1", .ready(nil)))
    let replies = try asMember { try $0.report([report], timeout: .zero) }
    #expect(replies.isEmpty)
    let day = EngineTime.current
    let late = EngineTime(moment: day.moment, utc: day.utc + .hours(24))
    let taken = try open { try $0.commit(Effects(), takingRequests: true, at: late).requests }
    #expect(taken.map(\.verb) == [report.verb])
    #expect(taken.first?.keptSince != nil)
  }

  @Test func anUnansweredReportIsKept() throws {
    try open { _ in }
    let report = request("k", .notify("u-1", .login("ann")))
    let replies = try asMember { try $0.report([report], timeout: .milliseconds(20)) }
    #expect(replies.isEmpty)
    let taken = try open { try take($0).requests }
    #expect(taken.map(\.verb) == [report.verb])
    #expect(taken.first?.keptSince != nil)
  }

  @Test func otherRequestsExpire() throws {
    try open { store in
      try drop("a", text(request("late"), for: .seconds(-1)))
      try drop("b", text(request("long"), for: .hours(1000)))
      let claimed = try #require(store.dropBox).claim(9, at: EngineClock.system.now.utc).claimed
      // No client makes its request valid for longer than a minute.
      #expect(
        claimed.last.map { $0.dropped.expiresAt - EngineClock.system.now.utc <= .minutes(1) }
          == true)
      #expect(try take(store).requests.map(\.key.text) == ["long"])
    }
  }

  @Test func throwsAwayWhatIsNoRequestAndServesTheOthers() throws {
    try open { store in
      try temporary.write(Array("precious".utf8), to: "precious")
      let good = try text(request("bad"))
      func path(_ name: String) -> String { paths.asks + "/" + fileName(name) }
      #expect(symlink(temporary.folder + "/precious", path("link")) == 0)
      #expect(symlink("/dev/zero", path("zero")) == 0)
      #expect(mkfifo(path("pipe"), 0o644) == 0)
      #expect(mkdir(path("folder"), 0o755) == 0)
      try drop("twice", good)
      #expect(link(path("twice"), paths.asks + "/other") == 0)
      try drop("shared", good, mode: 0o664)
      try drop("open", good, mode: 0o646)
      try drop("large", good + String(repeating: " ", count: StoreLimits.droppedBytes))
      try drop("empty", "")
      try drop("text", "pause lab")
      try drop("keyless", text(request("")))
      try drop("good", text(request("good")))
      let taken = try take(store)
      #expect(taken.requests.map(\.key.text) == ["good"])
      let remarks = taken.remarks.map(\.text)
      for words in [
        "is a link", "is not a regular file", "has several names", "can be written by other users",
        "is larger than 65536 bytes", "is not a request of this version",
      ] {
        #expect(remarks.contains { $0.contains(words) }, "\(words): \(remarks)")
      }
      #expect(remarks.contains { $0.contains("of \(UserName.of(OtherUser.number)) in") })
      #expect(try temporary.read("precious") == Array("precious".utf8))
      #expect(files == ["other"])
      #expect(!store.hasDroppedRequests, "the folder stays and is ignored")
    }
  }

  @Test func aRequestThatWasClaimedAndNotStoredIsNotLost() throws {
    try open { store in
      try drop("a", text(request("a")))
      _ = store.dropBox?.claim(10, at: EngineClock.system.now.utc)
      #expect(Folder.files(in: paths.claimedAsks, atMost: 10).count == 1)
    }
    let taken = try open { try take($0).requests }
    #expect(taken.map(\.key.text) == ["a"] && files.isEmpty)
  }

  @Test func aRequestThatWasStoredIsNotRepeated() throws {
    try open { store in
      let contents = try text(request("a"))
      try drop("a", contents)
      _ = try take(store)
      // As if the engine had died before it removed the file.
      let path = paths.claimedAsks + "/" + fileName("a")
      try SecureFile.makeFile(path, mode: 0o644, contents: Array(contents.utf8))
      var effects = Effects()
      effects.answers = [Answer(RequestKey("a"), .accepted(nil, note: ""))]
      _ = try store.commit(effects, at: .current)
    }
    let taken = try open { try take($0).requests }
    #expect(taken.isEmpty)
    #expect(files.isEmpty)
  }

  @Test func aCommitThatFailsLosesNoRequest() throws {
    try open { store in
      try drop("a", text(request("a")))
      try store.queue.write { try $0.execute(sql: "UPDATE meta SET epoch = epoch + 1") }
      #expect(throws: StoreFailure.self) { try take(store) }
      try store.queue.write { try $0.execute(sql: "UPDATE meta SET epoch = epoch - 1") }
      #expect(try take(store).requests.map(\.key.text) == ["a"])
    }
  }

  @Test func claimsNoMoreWhileNothingCanBeStored() throws {
    try open { store in
      for number in 0..<9 { try drop("\(number)", text(request("n\(number)"))) }
      let box = try #require(store.dropBox)
      for round in 0..<5 {
        let contents = box.claim(3, at: EngineClock.system.now.utc)
        #expect(contents.claimed.map(\.dropped.request.key.text) == ["n0", "n1", "n2"])
        #expect(contents.hasMore == (round == 0), "a full table is not tried again at once")
      }
      box.removeClaimed()
      #expect(box.claim(3, at: EngineClock.system.now.utc).hasMore)
    }
  }

  @Test func leavesTheRequestsOfOtherStoresAlone() throws {
    try open { store in
      let other = paths.asks + "/" + fileName("a", of: "store.sqlite.test")
      for path in [other, paths.asks + "/.store.sqlite.test.x", paths.asks + "/anything"] {
        try SecureFile.makeFile(path, mode: 0o644, contents: Array(try text(request("k")).utf8))
      }
      #expect(!store.hasDroppedRequests)
      #expect(try take(store).requests.isEmpty && files.count == 3)
    }
    #expect(files.count == 3)
  }

  @Test func aFolderThatIsGoneStopsNothing() throws {
    try open { store in
      try drop("a", text(request("a")))
      #expect(rmdir(paths.claimedAsks) == 0)
      let taken = try take(store)
      #expect(taken.requests.isEmpty && !taken.moreRequests)
      #expect(mkdir(paths.claimedAsks, 0o700) == 0)
      #expect(try take(store).requests.map(\.key.text) == ["a"], "it waits")
    }
  }

  @Test func servesUsersInTurnAndEachInOrder() throws {
    try open { store in
      for number in 0..<4 { try drop("\(number)", text(request("n\(number)"))) }
      for number in 8..<10 { try drop("\(number)", text(request("r\(number)")), owner: 7) }
      let box = try #require(store.dropBox)
      let first = box.claim(3, at: EngineClock.system.now.utc)
      #expect(first.hasMore)
      #expect(first.claimed.map(\.dropped.request.key.text) == ["r8", "n0", "r9"])
      #expect(try take(store).requests.map(\.key.text) == ["r8", "n0", "r9", "n1", "n2", "n3"])
    }
  }

  @Test func boundsWhatOneUserLeaves() throws {
    try open { store in
      let contents = try text(request("n"))
      for number in 0..<StoreLimits.droppedPerUser + 5 { try drop("\(10_000 + number)", contents) }
      try drop("last", text(request("r")), owner: 7)
      let taken = try take(store)
      #expect(taken.requests.map(\.key.text) == ["r", "n"])
      #expect(taken.moreRequests)
      #expect(taken.remarks.map(\.text).contains { $0.contains("5 were thrown away unread") })
    }
  }

  @Test func aKeyAnswersNoOtherRequestThatWasMadeAtTheSameInstant() throws {
    try open { store in
      let mine = request("same", .resume("lab"))
      try drop("0", text(request("same", .pause("lab"))), owner: 7)
      try drop("1", text(mine))
      #expect(try take(store).requests.map(\.verb) == [.pause("lab")])
      var effects = Effects()
      effects.answers = [Answer(RequestKey("same"), .accepted(nil, note: "paused"))]
      _ = try store.commit(effects, at: .current)
      let replies = try asMember { try $0.ask([mine], timeout: .milliseconds(20)) }
      let refusal = Refusal(.invalid, RequestClient.otherRequest(mine.key))
      #expect(replies == [mine.key: .refused(refusal)])
      #expect(throws: StoreFailure.otherRequest(mine.key)) {
        try asMember { try $0.submit([self.request("new"), mine]) }
      }
      #expect(files.isEmpty, "nothing of the batch stays")
    }
  }

  @Test func whoIsNoMemberIsToldWhatToDo() throws {
    try open { _ in
      for (box, words) in [(0o3730, "as a member of group"), (0o700, "`access: group`")] {
        #expect(chown(paths.asks, 0, 7) == 0 && chmod(paths.asks, UInt32(box)) == 0)
        let request = request("k")
        let failure = try OtherUser.run { [temporary] () -> StoreFailure? in
          do {
            try RequestClient(path: temporary.path).submit(request)
            return nil
          } catch {
            return error as? StoreFailure
          }
        }
        #expect(failure?.kind == .unwritable)
        #expect(failure?.sentence.text.contains(words) == true, "\(failure.debugDescription)")
      }
    }
  }

  @Test func theEngineIsWokenByARequest() throws {
    let bench = try EngineBench()
    #expect(chmod(bench.temporary.folder, 0o2750) == 0)
    var options = bench.options(EngineBench.configuration(l1: 1))
    options.access = .group
    let engine = EngineService(options)
    try engine.start()
    defer { engine.stop(draining: .zero) }
    #expect(engine.waitUntilIdle(timeout: .seconds(60)))
    let path = bench.temporary.path
    let request = request("k", .assignFromPool("lab", user: "ann"))
    let reply = try OtherUser.run {
      try RequestClient(path: path).ask([request], timeout: .seconds(60))[request.key]
    }
    guard case .accepted = reply else {
      Issue.record("\(String(describing: reply))")
      return
    }
    #expect(try bench.snapshot().deployments.contains { $0.placement.user == "ann" })
  }
}

extension Request {
  fileprivate init(_ request: Request, by user: UInt32) {
    self = request
    actor = SafeText(UserName.of(user))
  }
}
