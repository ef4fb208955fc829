import DeploymentInterface
import SafeTexts
import Synchronization

/// A driver as a stranger would write it: boxes on a shelf in memory, reached through the public
/// interface only.
struct ShelfDriver: Driver {
  let shelf = Shelf()
  var name: String { "shelf" }
  var help: String { "Boxes on a shelf." }
  var serviceParameters: [Parameter] { ShelfProvider.parameters }
  func makeProvider(_ parameters: ParameterValues) throws(ParameterProblem) -> any Provider {
    ShelfProvider(shelf: shelf)
  }
}

final class Shelf: Sendable {
  let boxes = Mutex<[String: String]>([:])
}

struct ShelfProvider: Provider {
  static let parameters = [
    Parameter("network", .text, default: "192.0.2", "The first three numbers of each address."),
    Parameter("broken", .bool, default: "false", "Whether every deployment fails."),
  ]
  let shelf: Shelf
  func makeService(_ parameters: ParameterValues) throws(ParameterProblem) -> any Service {
    let reader = try ParameterReader(parameters, of: "shelf", parameters: Self.parameters)
    return ShelfService(
      shelf: shelf, network: reader.text("network") ?? "", isBroken: reader.bool("broken"))
  }
}

struct ShelfService: Service {
  let shelf: Shelf
  let network: String
  let isBroken: Bool
  var cacheLevels: CacheLevels { .l1 }
  func makeDeployment() -> ShelfBox { ShelfBox() }
}

/// Its service is inferred from the environment of its methods.
struct ShelfBox: UserDeployment {
  private(set) var uniqueId = ""
  private(set) var ip: String?

  mutating func deployForCache(
    _ level: CacheLevel, _ environment: DeploymentEnvironment<ShelfService>
  ) async throws(DeploymentFailure) -> TaskState {
    try place(environment)
  }

  mutating func deployForUser(
    _ user: SafeText, _ environment: DeploymentEnvironment<ShelfService>
  ) async throws(DeploymentFailure) -> TaskState {
    try place(environment)
  }

  mutating func setReady(
    _ environment: DeploymentEnvironment<ShelfService>
  ) async throws(DeploymentFailure) -> TaskState {
    let mark = "\(environment.owner) \(environment.record.id)"
    guard environment.service.shelf.boxes.withLock({ $0[environment.name] }) == mark else {
      throw .gone("the box is gone")
    }
    return .finished
  }

  mutating func checkState(_ environment: DeploymentEnvironment<ShelfService>) async -> TaskState {
    .finished
  }

  mutating func destroy(_ environment: DeploymentEnvironment<ShelfService>) async -> TaskState {
    let mark = "\(environment.owner) \(environment.record.id)"
    environment.service.shelf.boxes.withLock { boxes in
      if boxes[environment.name] == mark { boxes[environment.name] = nil }
    }
    return .finished
  }

  private mutating func place(
    _ environment: DeploymentEnvironment<ShelfService>
  ) throws(DeploymentFailure) -> TaskState {
    uniqueId = environment.name
    if environment.service.isBroken { throw .permanent("the shelf is broken") }
    let mark = "\(environment.owner) \(environment.record.id)"
    let other = environment.service.shelf.boxes.withLock { boxes -> String? in
      if let other = boxes[environment.name], other != mark { return other }
      boxes[environment.name] = mark
      return nil
    }
    guard other == nil else { throw .permanent("another box has this name") }
    ip = "\(environment.service.network).\(environment.record.id % 250 + 1)"
    return .finished
  }
}
