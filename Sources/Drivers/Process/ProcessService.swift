import DeploymentInterface

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Starts one command line again and again.
struct ProcessService: Service {
  let plan: ProcessPlan

  var cacheLevels: CacheLevels { .l1AndL2 }
  var usesPort: Bool { plan.usesPort }
  func makeDeployment() -> ProcessDeployment { .init() }
}

extension DeploymentEnvironment<ProcessService> {
  /// What all processes of the deployment carry.
  var mark: OwnershipTag {
    .init(owner: owner, id: record.id, name: record.identity.name)
  }
  /// The port that it shall listen at; nil: none.
  var listenPort: UInt16? { service.usesPort ? record.identity.port : nil }
  /// The port for a sentence.
  var portText: String { listenPort.map { "port \($0)" } ?? "no port" }
}

extension ProcessSpawn {
  /// What the deployment starts: its command line with name and port put in, our marks, then the
  /// configured variables over the engine's own.
  init(_ environment: DeploymentEnvironment<ProcessService>) {
    let plan = environment.service.plan
    let template = ProcessTemplate(name: environment.name, port: environment.listenPort)
    mark = environment.mark
    arguments = plan.command.map(template.filled)
    workingDirectory = plan.workingDirectory
    log = plan.log.map(template.filled)
    var variables = ProcessInfo.processInfo.environment
    for pair in plan.environment { variables[pair.key] = template.filled(pair.value) }
    variables[OwnershipTag.ownerVariable] = mark.owner
    variables[OwnershipTag.deploymentVariable] = mark.deployment
    variables[OwnershipTag.uniqueIDVariable] = environment.name
    self.environment = variables.map { "\($0.key)=\($0.value)" }.sorted()
  }
}
