import DeploymentEngine
import EngineRuntime
import Testing

@testable import Dashboard

@Suite struct LookTests {
  @Test func look() {
    var model = Fixture.model()
    print(model.text(80, 24))
    _ = model.type(.down, "2", "G")
    print(model.text(120, 36))
    _ = model.type("l", "l", "5")
    print(model.text(120, 36))
    _ = model.type("l")
    print(model.text(80, 24))
    _ = model.type("l")
    _ = model.update(
      .journal(
        DeploymentID(10),
        [
          NumberedEntry(
            sequence: 1,
            entry: JournalEntry(
              at: Fixture.utc, kind: .created, deployment: DeploymentID(10),
              message: "win11-0421, deployForCache: growing L1 by 2")),
          NumberedEntry(
            sequence: 2,
            entry: JournalEntry(
              at: Fixture.utc, level: .error, kind: .failure, deployment: DeploymentID(10),
              message: "the hypervisor does not answer")),
        ]), at: Fixture.now)
    print(model.text(80, 24))
    _ = model.type("2", "x")
    print(model.text(120, 36))
    _ = model.type(.escape, ":", "r", "e")
    print(model.text(80, 24))
    _ = model.type(.escape, "?")
    print(model.text(120, 36))
    _ = model.type(.escape, "/", "4", "1")
    print(model.text(80, 24))
    _ = model.type(.enter, "*")
    print(model.text(80, 24))
    _ = model.type("D")
    print(model.text(80, 24))
    _ = model.type("y", "4")
    print(model.text(60, 15))
    _ = model.type("!", "D", "q")
    print(model.text(40, 10))
    print(model.text(28, 6))
    _ = model.type(.escape, "2", "a", "a")
    print(model.text(80, 24))
    for l in model.plainLines(width: 120, .unicode) { print(l) }
  }
}
