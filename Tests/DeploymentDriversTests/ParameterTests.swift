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
        "simulated has no parameter stpes; it has steps, stepTime, jitter, failure, failing, "
          + "class, reason, hang, cacheLevels, l2, publish, osManager, seed, stepsOf"
      ),
      (
        ["steps": .integer(-1)], "steps",
        "steps must be a whole number from 0 to 1000000, and is -1"
      ),
      (["steps": .text("3")], "steps", "steps must be a whole number from 0 to 1000000"),
      (
        ["stepTime": .integer(50)], "stepTime",
        "stepTime must be a length of time with its unit, such as 50ms, 30s, 10m or 1h"
      ),
      (
        ["stepTime": .duration(.zero)], "stepTime", "stepTime must be at least 1ms, and is 0s"
      ),
      (["jitter": .number(1.5)], "jitter", "jitter must be a number from 0 to 1, and is 1.5"),
      (["failure": .integer(2)], "failure", "failure must be a number from 0 to 1, and is 2"),
      (
        ["failing": .list(["destroy", "publsh"])], "failing",
        "failing must be a list of deployForCache, deployForUser, checkState, moveToCache, "
          + "setReady, notifyReadyFromOSManager, cancel, destroy, publish, and holds publsh"
      ),
      (["class": .text("soft")], "class", "class must be permanent or transient, and is soft"),
      (
        ["cacheLevels": .text("L2")], "cacheLevels",
        "cacheLevels must be none, L1 or L1+L2, and is L2"
      ),
      (["publish": .text("yes")], "publish", "publish must be true or false"),
      (["seed": .integer(-1)], "seed", "seed must be a whole number, at least 0, and is -1"),
      (
        ["stepsOf": .map([.init("checkState", "1")])], "stepsOf",
        "stepsOf may name deployForCache, deployForUser, moveToCache, setReady, "
          + "notifyReadyFromOSManager, cancel, destroy, publish, and names checkState"
      ),
      (
        ["stepsOf": .map([.init("destroy", "some")])], "stepsOf",
        "stepsOf must give destroy a whole number from 0 to 1000000, and gives some"
      ),
      (
        ["l2": .bool(true), "cacheLevels": .text("L1")], "l2",
        "l2: true contradicts cacheLevels: L1; leave one of them out"
      ),
      (
        ["l2": .bool(false), "cacheLevels": .text("L1+L2")], "l2",
        "l2: false contradicts cacheLevels: L1+L2; leave one of them out"
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
