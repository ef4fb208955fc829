import DeploymentDrivers
import DeploymentInterface
import DriverConformance
import SafeTexts

/// Calls a driver program directly, without the engine.
struct ProtocolRunner: Sendable {
  let program: DriverProgram
  let service: [String: String]
  let owner: String
  /// The time limit for repeating a verb that answers `running`.
  var limit = TimeSpan.minutes(5)
  var capabilities = DriverReply.Capabilities()

  /// Creates a request about the deployment with this number.
  func request(_ verb: DriverVerb, id: Int64, owner other: String? = nil) -> DriverRequest {
    let owner = other ?? owner
    var request = program.request(verb.rawValue)
    request.owner = owner
    request.key = PlainName.of(owner) + "-d\(id)"
    request.name = "kit-\(id)"
    request.pool = "kit"
    request.service = service
    return request
  }

  /// Repeats a verb while it answers `running`, and returns its final answer.
  func settled(_ request: DriverRequest) async throws(CheckEnd) -> DriverProgram.Answer {
    do throws(DeploymentFailure) {
      return try await client.settled(request)
    } catch {
      throw .failed(error.reason.text)
    }
  }

  /// Creates a running deployment.
  func make(id: Int64) async throws(CheckEnd) {
    var create = request(.create, id: id)
    create.end = "running"
    let answer = try await settled(create)
    guard case .reply = answer else { throw .failed("create ended with \(answer.words)") }
  }

  /// Removes a deployment and ignores errors.
  func remove(id: Int64) async {
    _ = try? await settled(request(.delete, id: id))
  }

  /// The state of a deployment, as `status` reports it.
  func power(id: Int64, owner: String? = nil) async throws(CheckEnd) -> DriverPower? {
    let answer = await program.ask(request(.status, id: id, owner: owner))
    switch answer {
    case .absent: return .absent
    case .reply(let reply): return reply.observed?.power
    case .failed(let failure): throw .failed("status ended with: \(failure.reason)")
    }
  }

  /// Lists all resources with an owner's mark, from all pages.
  func listed(owner: String) async throws(CheckEnd) -> [DriverReply.Item] {
    do throws(DeploymentFailure) {
      return try await client.listed(owner: owner)
    } catch {
      throw .failed(error.reason.text)
    }
  }

  private var client: ProgramClient {
    var client = ProgramClient(program: program, service: service)
    client.limit = limit
    return client
  }
}
