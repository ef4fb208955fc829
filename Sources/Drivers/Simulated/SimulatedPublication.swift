import DeploymentInterface

/// A publication that exists only as its stored data.
struct SimulatedPublication: Publication {
  typealias ServiceType = SimulatedService
  typealias Environment = PublicationEnvironment<SimulatedService>

  private var work = SimulatedWork()

  var suggestedTime: TimeSpan { work.pause }
  var progress: Progress? { work.progress }

  mutating func publish(_ environment: Environment) async -> TaskState {
    await start(.publish, environment)
  }
  mutating func checkState(_ environment: Environment) async -> TaskState {
    await work.check(environment.service.plan, subject(environment))
  }
  mutating func cancel(_ environment: Environment) async -> TaskState {
    await start(.cancel, environment)
  }
  mutating func destroy(_ environment: Environment) async -> TaskState {
    await start(.destroy, environment)
  }

  private mutating func start(
    _ operation: SimulatedOperation, _ environment: Environment
  ) async -> TaskState {
    await work.start(operation, environment.service.plan, subject(environment))
  }

  private func subject(_ environment: Environment) -> SimulatedWork.Subject {
    .init(name: environment.name, id: environment.record.id)
  }
}
