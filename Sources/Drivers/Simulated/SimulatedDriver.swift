import DeploymentInterface
import SafeTexts

/// Creates nothing: for tests, demonstrations and trying out a configuration.
struct SimulatedDriver: Driver {
  var name: String { "simulated" }
  var help: String { "Creates nothing and behaves as configured." }
  var providerParameters: [Parameter] { [] }
  var serviceParameters: [Parameter] { SimulatedPlan.parameters }

  func makeProvider(_ parameters: ParameterValues) throws(ParameterProblem) -> any Provider {
    _ = try ParameterReader(parameters, of: "a simulated provider", parameters: [])
    return SimulatedProvider()
  }
}

struct SimulatedProvider: Provider {
  func makeService(_ parameters: ParameterValues) throws(ParameterProblem) -> any Service {
    SimulatedService(plan: try SimulatedPlan(parameters))
  }

  func problem() async -> SafeText? { nil }
}

struct SimulatedService: Service {
  let plan: SimulatedPlan

  var cacheLevels: CacheLevels { plan.cacheLevels }
  var osManager: (any OSManager)? { plan.waitsForOS ? SimulatedOSManager() : nil }
  func makeDeployment() -> SimulatedDeployment { .init() }
  func makePublication() -> SimulatedPublication? { plan.publishes ? .init() : nil }
}

/// An OS manager that reports ready with `dashboard notify ready`.
struct SimulatedOSManager: OSManager {
  var waitsForReady: Bool { true }
}
