import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// A driver with a parameter of every kind, so that the reader is tested without a real one.
struct SampleDriver: Driver {
  let name = "sample"
  let help = "Makes nothing."
  let providerParameters = [
    Parameter("host", .text, isRequired: true, "where it is"),
    Parameter("mode", .choice(["fast", "slow"]), "how it works"),
  ]
  let serviceParameters = [
    Parameter("steps", .integer(0...100), "checks until done"),
    Parameter("stepTime", .duration, "how long a step takes"),
    Parameter("l2", .bool, "whether there is an L2 cache"),
    Parameter("failure", .number(0...1), "the chance of a failure"),
    Parameter("failing", .list(of: ["destroy", "cancel"]), "what fails"),
    Parameter("command", .list(of: nil), "what is run"),
    Parameter("environment", .map, "variables"),
    Parameter("stepsOf", .numbers(keys: ["destroy"]), "steps of one operation"),
  ]

  func makeProvider(_ parameters: ParameterValues) throws(ParameterProblem) -> any Provider {
    if parameters["host"] == .text("nowhere") {
      throw ParameterProblem("host", "`host: nowhere` is not a host; write its name")
    }
    return SampleProvider()
  }
}

struct SampleProvider: Provider {
  func makeService(_ parameters: ParameterValues) throws(ParameterProblem) -> any Service {
    if parameters["steps"] == .integer(13) {
      throw ParameterProblem("steps", "`steps: 13` brings bad luck; write 12")
    }
    return SampleService(cacheLevels: parameters["l2"] == .bool(true) ? .l1AndL2 : .l1)
  }
  func problem() async -> SafeText? { nil }
}

struct SampleService: Service {
  let cacheLevels: CacheLevels
  func makeDeployment() -> SampleDeployment { SampleDeployment() }
}

struct SampleDeployment: UserDeployment {
  typealias ServiceType = SampleService
  var uniqueId: String { "" }
  var ip: String? { nil }
  var reasonOfError: String { "" }
  var suggestedTime: TimeSpan { .zero }
  mutating func deployForUser(_ user: SafeText, _ environment: Environment) async -> TaskState {
    .finished
  }
  mutating func checkState(_ environment: Environment) async -> TaskState { .finished }
  mutating func destroy(_ environment: Environment) async -> TaskState { .finished }
}
