import Basics
import DeploymentInterface
import Glibc
import TerminalCells
import Testing

extension TerminalLoopTests {
  func expectGivenBack(_ stage: Stage) {
    #expect(stage.screen.modes.isDisjoint(with: [1000, 1002, 1003, 1004, 1006, 1049, 2004, 2026]))
    #expect(stage.screen.modes.contains(25))
  }

  @Test func quitGivesTheTerminalBack() async throws {
    let stage = try stage()
    stage.start()
    try await stage.wait(forText: "said: -")
    stage.type("q")
    #expect(try await stage.finish().end == .quit(3))
    expectGivenBack(stage)
  }

  @Test(arguments: [SIGTERM, SIGHUP, SIGINT, SIGQUIT])
  func signalsEndInTheSameWay(_ signal: Int32) async throws {
    let stage = try stage()
    stage.start()
    try await stage.wait(forText: "said: -")
    stage.signal(signal)
    let ending = try await stage.finish()
    #expect(ending.end.exitStatus == 128 + signal)
    #expect(ending.program.heard.last == "ending \(128 + signal)")
    expectGivenBack(stage)
  }

  @Test func terminalThatTakesNothingDoesNotKeepTheProgram() async throws {
    let stage = try stage(300, 80)
    stage.start()
    try await stage.wait(forText: "said: -")
    stage.answers = false
    for _ in 0..<100 {
      stage.type("\u{c}")
      try await stage.waitUntilRead()
    }
    stage.signal(SIGTERM)
    #expect(try await stage.finish(looking: false).end == .signal(SIGTERM))
  }

  @Test func hangUpEndsIt() async throws {
    let stage = try stage()
    stage.start()
    try await stage.wait(forText: "said: -")
    stage.hangUp()
    #expect(try await stage.finish().end == .hangUp)
  }

  @Test(arguments: [true, false]) func suspensionGivesTheTerminalAway(_ byKey: Bool) async throws {
    let stops = Stops()
    let stage = try stage()
    stage.start(stop: { signal, wholeGroup in stops.append("\(signal) \(wholeGroup)") })
    try await stage.wait(forText: "said: -")
    _ = await stage.quiet()
    if byKey { stage.type("\u{1a}") } else { stage.signal(SIGTSTP) }
    let sent = await stage.quiet()
    #expect(sent.bytes > 1000)
    #expect(stage.screen.modes.isSuperset(of: [1049, 2004, 1004]))
    stage.type("q")
    let heard = try await stage.finish().program.heard
    #expect(heard.suffix(4) == ["suspending", "resumed", "q", "ending 3"])
    #expect(stops.all == ["\(SIGTSTP) \(byKey)"])
  }

  @Test func continuedFromOutsideItDrawsAllAnew() async throws {
    let stage = try stage()
    stage.start()
    try await stage.wait(forText: "said: -")
    _ = await stage.quiet()
    stage.signal(SIGCONT)
    let sent = await stage.quiet()
    #expect(sent.bytes > 1000)
    #expect(stage.screen.modes.contains(2004))
  }

  @Test func answerThatIsStillOwedIsNotLeftToTheShell() async throws {
    let stage = try stage()
    stage.answers = false
    stage.start()
    try await stage.wait(forText: "said: -")
    stage.type("q\u{1b}[?2026;2$y\u{1b}[?62;22c")
    _ = try await stage.finish()
    #expect(stage.waitingInput == 0)
  }

  private final class Stops: Sendable {
    private let list = Mutex<[String]>([])
    func append(_ text: String) { list.withLock { $0.append(text) } }
    var all: [String] { list.withLock { $0 } }
  }
}
