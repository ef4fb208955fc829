import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import SafeTexts
import TestSupport
import Testing

@testable import DashboardScreen
@testable import TerminalCells

extension [Command] {
  /// The requests among what is to be done.
  var requests: [Request] {
    flatMap { command -> [Request] in
      if case .send(let requests) = command { requests } else { [] }
    }
  }
}

extension Verb {
  /// The deployment that is asked about.
  var about: DeploymentID? {
    switch self {
    case .cancel(let id), .destroy(let id), .move(let id, _), .ready(let id), .assign(let id, _),
      .release(let id), .retry(let id), .forget(let id), .undo(let id):
      id
    default: nil
    }
  }
}

@Suite struct AskingTests {
  private static func deployment(_ id: Int64) -> Deployment {
    Fixture.deployments.first { $0.id == DeploymentID(id) }
      ?? Fixture.deployment(id, Fixture.win11, "none", .assigned("x"), .usable(nil))
  }

  private static func accept(
    _ model: inout ScreenModel, _ requests: [Request], note: SafeText = ""
  ) {
    for request in requests {
      _ = model.update(
        .answer(request.key, .accepted(request.verb.about, note: note)), at: Fixture.now)
    }
  }

  @Test func asksForWhatIsUnderTheCursorAsItWasSeen() {
    var model = Fixture.model()
    let requests = model.type("2", "j", "m").requests
    #expect(
      requests == [
        Request(
          key: RequestKey("s1-1"), actor: "ana@vdi", verb: .move(DeploymentID(2), to: .l2),
          ifRevision: 1)
      ])
    #expect(model.status?.text == "sent: Move win11-0412")
    #expect(model.text(120, 36).contains("sent: Move"))
  }

  @Test func saysTheEnginesRefusal() {
    var model = Fixture.model()
    let requests = model.type("2", "m").requests
    let refusal = Refusal(.stale, "win11-0411 changed since you looked")
    _ = model.update(.answer(requests[0].key, .refused(refusal)), at: Fixture.now)
    #expect(model.status?.text == "Move refused: win11-0411 changed since you looked")
    #expect(model.status?.kind == .failure)
    #expect(model.text(120, 36).contains("refused: win11-0411 changed"))
    _ = model.update(.clock, at: Fixture.later(.seconds(31)))
    #expect(!model.text(120, 36).contains("refused: win11-0411 changed"))
  }

  @Test func refusesInWordsWhatCannotBe() {
    var model = Fixture.model()
    #expect(model.type("4", "j", "m").isEmpty)
    #expect(
      model.status?.text
        == "Move: assigned deployments cannot return to the cache: win11-0370 is held by ana")
    #expect(model.type("1", "D").isEmpty)
    #expect(model.status?.text.text.contains("select a deployment first") == true)
  }

  @Test func destroysOnlyAfterY() {
    var model = Fixture.model()
    #expect(model.type("2", "D") == [.flushInput])
    #expect(model.text(80, 24).contains("Destroy win11-0411 (d1, revision 1)?"))
    #expect(model.type(.enter, " ", "D", .delete, .backspace, "Y", .tab).isEmpty)
    #expect(model.text(80, 24).contains("press y to confirm"))
    let requests = model.type("y").requests
    #expect(requests.first?.verb == .destroy(DeploymentID(1)))
    #expect(requests.first?.notBefore == Fixture.utc + .seconds(5))
    #expect(model.modal == nil)
  }

  @Test(arguments: [Key.escape, "n", .control("c")])
  func leavesEverythingAsItIsWith(_ key: Key) {
    var model = Fixture.model()
    _ = model.type("2", "D")
    #expect(model.type(key).isEmpty)
    #expect(model.modal == nil)
    #expect(model.status?.text == "nothing was sent")
  }

  /// The row changes or goes while the question is open: it is still about what was asked.
  @Test func aQuestionIsAboutWhatItWasOpenedFor() {
    var model = Fixture.model()
    _ = model.type("2", "D")
    var gone = Self.deployment(1)
    gone.load(.removed)
    gone.revision = 5
    _ = model.change(.deployment(gone))
    #expect(model.chosenName == "win11-0412")
    let requests = model.type("y").requests
    #expect(requests.first?.verb == .destroy(DeploymentID(1)))
    #expect(requests.first?.ifRevision == 1)
  }

  @Test func aMenuIsAboutWhatItWasOpenedFor() {
    var model = Fixture.model()
    _ = model.type("2", "x")
    var gone = Self.deployment(1)
    gone.load(.removed)
    _ = model.change(.deployment(gone))
    #expect(model.type("r", at: Fixture.later(.seconds(5))).isEmpty)
    #expect(model.status?.text.text.contains("disappeared") == true)
  }

  @Test func asksBeforeCancellingForAUserOnly() {
    var model = Fixture.model()
    _ = model.type("2", "G")
    #expect(model.type("c").requests.first?.verb == .cancel(DeploymentID(10)))
    var held = Self.deployment(20)
    held.load(.preparing(Fixture.operation(.setReady)))
    _ = model.change(.deployment(held))
    _ = model.type("4", "j")
    #expect(model.type("c") == [.flushInput])
    #expect(model.text(120, 36).contains("ana holds it and somebody is logged in now."))
  }

  @Test func actsOnTheMarkedUsersInSessionFirst() {
    var model = Fixture.model()
    _ = model.type("4", "j", "j", " ", "k", "k", " ")
    #expect(model.marks == [DeploymentID(22), DeploymentID(20)])
    _ = model.type("R")
    guard case .confirm(let dialog)? = model.modal else {
      Issue.record("no question")
      return
    }
    #expect(dialog.targets.map(\.name.text) == ["win11-0370", "win11-0372"])
    #expect(model.text(120, 36).contains("Release 2 deployments, 1 of them in use?"))
    #expect(
      model.type("y").requests.map(\.verb) == [
        .release(DeploymentID(20)), .release(DeploymentID(22)),
      ])
    #expect(model.marks.isEmpty)
  }

  @Test func wantsTheNumberOfMoreThanTwenty() {
    var state = Fixture.state
    for id in 100..<130 {
      state.deployments.append(
        Fixture.deployment(
          Int64(id), Fixture.kiosk, "kiosk-\(id)", .assigned("u\(id)"), .usable(nil)))
    }
    var model = Fixture.model(state)
    _ = model.type("G", "4", "*", "D")
    #expect(model.type("y", .enter, "3", "1", .enter).isEmpty)
    _ = model.type(.control("u"))
    #expect(model.update(.input(.paste("30")), at: Fixture.now).isEmpty)
    #expect(model.type(.enter).isEmpty)
    #expect(model.text(80, 24).contains("Type 30 and Enter"))
    #expect(model.type("3", "0", .enter).requests.count == 30)
  }

  @Test func wantsTheNameOfWhatIsForgotten() {
    var model = Fixture.model()
    _ = model.type("4", "x")
    let forget = model.type(.end, .up, .enter)
    #expect(forget == [.flushInput])
    #expect(model.type("y", .enter).isEmpty)
    _ = model.type(.control("u"))
    for letter in "win11-0371".unicodeScalars { _ = model.type(.character(letter)) }
    #expect(model.type(.enter).requests.first?.verb == .forget(DeploymentID(21)))
  }

  @Test func tellsWhatBecameOfABulk() {
    var model = Fixture.model()
    _ = model.type("4", "*", "t")
    // Only one of the five is in error; the others cannot be tried again.
    #expect(model.status?.text == "sent: Try again win11-0371")
    let ids = [Int64(1), 2, 3]
    _ = model.type("2", " ", " ", " ")
    let requests = model.type("D", "y").requests
    #expect(requests.count == ids.count)
    Self.accept(&model, Array(requests.dropLast()))
    _ = model.update(
      .answer(requests[2].key, .refused(Refusal(.stale, "win11-0413 changed since you looked"))),
      at: Fixture.now)
    #expect(model.status?.text == "Destroy: 2 accepted, 1 refused")
    #expect(model.text(120, 36).contains("win11-0413 changed since you looked"))
    for id in ids.dropLast() {
      var gone = Self.deployment(id)
      gone.load(.removed)
      gone.revision = 4
      _ = model.change(.deployment(gone))
    }
    #expect(model.status?.text == "Destroy: 2 destroyed, 1 refused")
  }

  @Test func tellsTheOutcomeOfOne() {
    var model = Fixture.model()
    Self.accept(&model, model.type("2", "D", "y").requests)
    #expect(model.status?.text == "Destroy win11-0411 in 5 s: u undoes it")
    var deployment = Self.deployment(1)
    deployment.revision = 2
    deployment.pending = PendingRequest(
      key: RequestKey("s1-1"), actor: "ana@vdi", verb: .destroy,
      due: Fixture.now.deadline(in: .seconds(5)))
    _ = model.change(.deployment(deployment))
    #expect(model.text(120, 36).contains("destroy in 5 s, u undoes"))
    deployment.pending = nil
    deployment.load(.removing(Fixture.operation(.destroy)))
    deployment.revision = 3
    _ = model.change(.deployment(deployment))
    deployment.load(.error(Failed(.destroy, .permanent)))
    deployment.reason = "it does not stop"
    deployment.stateSince = Fixture.utc
    deployment.revision = 4
    _ = model.change(.deployment(deployment))
    #expect(model.status?.text == "Destroy win11-0411: it does not stop")
  }

  @Test func tellsThatACancelCameTooLate() {
    var model = Fixture.model()
    Self.accept(&model, model.type("2", "G", "c").requests)
    var deployment = Self.deployment(10)
    deployment.revision = 2
    deployment.pending = PendingRequest(
      key: RequestKey("s1-1"), actor: "ana@vdi", verb: .cancel,
      due: Fixture.now.deadline(in: .seconds(5)))
    _ = model.change(.deployment(deployment))
    deployment.pending = nil
    deployment.load(.usable(nil))
    deployment.stateSince = Fixture.utc
    deployment.revision = 3
    _ = model.change(.deployment(deployment))
    #expect(model.status?.text == "Cancel win11-0421: too late, it is usable")
    #expect(model.asks.open.isEmpty)
  }

  @Test func undoesWhatWaitsWhereverTheCursorIs() {
    var model = Fixture.model()
    _ = model.type("2", "D", "y")
    let requests = model.type("j", "j", "u").requests
    #expect(requests.first?.verb == .undo(DeploymentID(1)))
    #expect(requests.first?.ifRevision == nil)
    Self.accept(&model, requests)
    #expect(model.status?.text == "win11-0411 undone")
  }

  @Test func knowsNoGraceWhereItIsOff() {
    var settings = Fixture.settings
    settings.grace = .zero
    var model = Fixture.model(settings: settings)
    #expect(model.type("2", "D", "y").requests.first?.notBefore == nil)
  }

  @Test func takesBackWhatNobodyAnswers() {
    var model = Fixture.model()
    let key = model.type("2", "m").requests[0].key
    #expect(model.update(.clock, at: Fixture.later(.seconds(4))).isEmpty)
    #expect(model.update(.clock, at: Fixture.later(.seconds(5))) == [.withdraw([key])])
    #expect(model.update(.clock, at: Fixture.later(.seconds(6))).isEmpty)
    _ = model.update(.withdrawn(key, true), at: Fixture.later(.seconds(6)))
    #expect(model.status?.text.text.contains("the request was withdrawn") == true)
    // An answer that comes after all changes nothing any more.
    _ = model.update(.answer(key, .accepted(nil, note: "")), at: Fixture.later(.seconds(7)))
    #expect(model.status?.kind == .failure)
  }

  /// The store went away after the request was left in it: nobody knows, and the screen says so.
  @Test func givesUpOnARequestThatCannotBeTakenBack() {
    var model = Fixture.model()
    _ = model.type("2", "m")
    #expect(model.update(.clock, at: Fixture.later(.seconds(5))).count == 1)
    _ = model.update(.clock, at: Fixture.later(.seconds(10)))
    #expect(model.status?.text.text.contains("the request could not be withdrawn") == true)
    #expect(model.asks.open.isEmpty)
    _ = model.update(.clock, at: Fixture.later(.seconds(21)))
    #expect(model.asks.isIdle)
  }

  @Test func resizesByWhatWasAskedForLast() {
    var model = Fixture.model()
    _ = model.type("j")
    let verbs = model.type("+", "+", "-", ">").requests.map(\.verb)
    #expect(
      verbs == [
        .resize("win11", SizeOverrides(l1: 11)), .resize("win11", SizeOverrides(l1: 12)),
        .resize("win11", SizeOverrides(l1: 11)), .resize("win11", SizeOverrides(l2: 7)),
      ])
    #expect(model.text(120, 36).contains("8/10→11"))
    var pool = Fixture.pools[0]
    pool.overrides = SizeOverrides(l1: 11, l2: 7)
    _ = model.change(.pool(pool))
    #expect(model.text(120, 36).contains("8/11*"))
    _ = model.type("G")
    #expect(model.type(">").isEmpty)
    #expect(model.status?.text.text.contains("no L2 cache") == true)
    _ = model.type("g")
    #expect(model.type("+").isEmpty)
    #expect(model.status?.text == "L1 more: select a pool first")
  }

  @Test func theOnlyPoolNeedsNotBeChosen() {
    var state = Fixture.state
    state.pools = [Fixture.pools[0]]
    state.deployments = []
    var model = Fixture.model(state)
    #expect(model.type("+").requests.map(\.verb) == [.resize("win11", SizeOverrides(l1: 11))])
    _ = model.type("a", "z", "o")
    #expect(model.type(.enter).requests.first?.verb == .assignFromPool("win11", user: "zo"))
  }

  @Test func assignsToAKnownOrANewUser() {
    var model = Fixture.model()
    _ = model.type("2", "a", "t")
    #expect(model.text(80, 24).contains("Tab tom"))
    #expect(model.type(.tab, .enter).requests.first?.verb == .assign(DeploymentID(1), user: "tom"))
    _ = model.type("a")
    #expect(model.type(.enter).isEmpty)
    #expect(model.update(.input(.paste("new user\n")), at: Fixture.now).isEmpty)
    #expect(
      model.type(.enter).requests.first?.verb == .assign(DeploymentID(1), user: "new user"))
    _ = model.type("1", "j", "a", "z", "o")
    #expect(model.type(.enter).requests.first?.verb == .assignFromPool("win11", user: "zo"))
    _ = model.type("3")
    #expect(model.type("a").isEmpty)
    #expect(model.status?.text.text.contains("move it to L1 first") == true)
  }

  @Test func asksBeforeItEndsTheOnlyEngine() {
    var model = Fixture.model()
    #expect(model.type("q") == [.quit(0)])
    _ = model.update(
      .presence(.running(pid: 1, host: "h", since: Fixture.utc), isHere: true), at: Fixture.now)
    #expect(model.type("q") == [.flushInput])
    #expect(model.text(120, 36).contains("continues"))
    #expect(model.type("q").isEmpty)
    #expect(model.type("y") == [.quit(0)])
  }

  @Test func doesNotPromiseThatADemoGoesOn() {
    var settings = Fixture.settings
    settings.isThrowaway = true
    var model = Fixture.model(settings: settings)
    _ = model.update(
      .presence(.running(pid: 1, host: "h", since: Fixture.utc), isHere: true), at: Fixture.now)
    _ = model.type("q")
    #expect(model.text(120, 36).contains("Everything that it started will be ended."))
  }
}
