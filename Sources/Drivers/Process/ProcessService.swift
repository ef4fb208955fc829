import DeploymentInterface

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Starts a process for each deployment from one command line.
struct ProcessService: Service {
  let plan: ProcessPlan

  var cacheLevels: CacheLevels { .l1AndL2 }
  var usesPort: Bool { plan.usesPort }
  func makeDeployment() -> ProcessDeployment { .init() }
}

extension DeploymentEnvironment<ProcessService> {
  /// The mark of all processes of the deployment.
  var mark: OwnershipTag {
    .init(owner: owner, id: record.id, name: record.identity.name)
  }
  /// The port on which it must listen; nil if it has none.
  var listenPort: UInt16? { service.usesPort ? record.identity.port : nil }
  /// The port, for use in a sentence.
  var portText: String { listenPort.map { "port \($0)" } ?? "no port" }
}

extension ProcessSpawn {
  /// What the deployment starts: the command line with name and port filled in, and as environment
  /// the engine's own variables, overridden by the configured ones and our marks.
  init(_ environment: DeploymentEnvironment<ProcessService>) {
    let plan = environment.service.plan
    let template = ProcessTemplate(name: environment.name, port: environment.listenPort)
    mark = environment.mark
    arguments = plan.command.map(template.filled)
    workingDirectory = plan.workingDirectory
    log = plan.log.map(template.filled)
    var variables = ProcessInfo.processInfo.environment
    for pair in plan.environment { variables[pair.key] = template.filled(pair.value) }
    // A deployment is no part of a call that the engine itself may be a part of.
    variables[CallMark.variable] = nil
    variables[OwnershipTag.ownerVariable] = mark.owner
    variables[OwnershipTag.deploymentVariable] = mark.deployment
    variables[OwnershipTag.uniqueIDVariable] = environment.name
    self.environment = variables.map { "\($0.key)=\($0.value)" }.sorted()
  }
}
