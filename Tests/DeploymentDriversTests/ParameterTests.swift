import DeploymentDrivers
import DeploymentInterface
import SafeTexts
import Testing

@Suite struct ParameterTests {
  private func problem(_ driver: String, _ parameters: ParameterValues) -> ParameterProblem? {
    do throws(ParameterProblem) {
      _ = try Drivers.all.first { $0.name == driver }?.makeProvider([:]).makeService(parameters)
      return nil
    } catch {
      return error
    }
  }

  @Test(
    arguments: [
      (
        ["stpes": ParameterValue.integer(3)], "stpes",
        "unknown key `stpes` in the parameters of simulated; did you mean `steps`?"
      ),
      (
        ["steps": .integer(-1)], "steps",
        "`steps: -1` is out of range; write one from 0 to 1000000"
      ),
      (
        ["steps": .text("some")], "steps",
        "`steps: some` is not a whole number; write one from 0 to 1000000"
      ),
      (
        ["stepTime": .integer(50)], "stepTime",
        "`stepTime: 50` has no unit; write 50ms, 10s, 5m or 1h"
      ),
      (
        ["stepTime": .duration(.zero)], "stepTime", "stepTime must be at least 1ms, not 0s"
      ),
      (
        ["jitter": .number(1.5)], "jitter", "`jitter: 1.5` is out of range; write one from 0 to 1"
      ),
      (["failure": .integer(2)], "failure", "`failure: 2` is out of range; write one from 0 to 1"),
      (
        ["failing": .list(["destroy", "publsh"])], "failing",
        "`failing: publsh` is not known; did you mean publish? allowed: deployForCache, "
          + "deployForUser, checkState, moveToCache, setReady, notifyReadyFromOSManager, cancel, "
          + "destroy, publish"
      ),
      (
        ["class": .text("soft")], "class",
        "`class: soft` is not known; allowed: permanent, transient"
      ),
      (
        ["cacheLevels": .text("L2")], "cacheLevels",
        "`cacheLevels: L2` is not known; did you mean L1? allowed: none, L1, L1+L2"
      ),
      (
        ["publish": .text("maybe")], "publish",
        "`publish: maybe` must be true or false"
      ),
      (["seed": .integer(-1)], "seed", "`seed: -1` is out of range; write 0 or more"),
      (
        ["stepsOf": .map([.init("checkState", "1")])], "stepsOf",
        "unknown key `checkState` in `stepsOf`; allowed: deployForCache, deployForUser, "
          + "moveToCache, setReady, notifyReadyFromOSManager, cancel, destroy, publish"
      ),
      (
        ["stepsOf": .map([.init("destroy", "some")])], "stepsOf",
        "`destroy: some` is not a whole number; write one from 0 to 1000000"
      ),
      (
        ["l2": .bool(true), "cacheLevels": .text("L1")], "l2",
        "l2: true contradicts cacheLevels: L1; remove one of them"
      ),
      (
        ["l2": .bool(false), "cacheLevels": .text("L1+L2")], "l2",
        "l2: false contradicts cacheLevels: L1+L2; remove one of them"
      ),
    ] as [([String: ParameterValue], String, String)])
  func aProblemSaysWhatIsWrongAndWhatIsAllowed(
    _ parameters: ParameterValues, _ name: String, _ sentence: String
  ) {
    let problem = problem("simulated", parameters)
    #expect(problem?.parameter == name)
    #expect(problem?.sentence.text == sentence)
  }

  @Test func providersTakeNoParameters() {
    for driver in Drivers.all {
      #expect(throws: ParameterProblem.self) {
        try driver.makeProvider(["url": .text("qemu:///system")])
      }
    }
  }

  @Test func everyParameterIsExplainedInASentence() {
    for driver in Drivers.all {
      for parameter in driver.serviceParameters {
        #expect(!parameter.help.isEmpty && parameter.help.hasSuffix("."))
      }
    }
  }

  @Test func namesAreUnique() {
    #expect(Set(Drivers.all.map(\.name)).count == Drivers.all.count)
    for driver in Drivers.all {
      let names = driver.serviceParameters.map(\.name)
      #expect(Set(names).count == names.count)
    }
  }
}
