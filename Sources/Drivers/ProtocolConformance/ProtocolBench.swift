import DeploymentDrivers
import DeploymentInterface
import DriverConformance
import SafeTexts

/// One program, asked without the engine between.
struct ProtocolBench: Sendable {
  let program: DriverProgram
  let service: [String: String]
  let owner: String
  /// How long a verb may be asked until it no longer answers `running`.
  var limit = TimeSpan.minutes(5)
  var capabilities = DriverReply.Capabilities()

  /// A request about a deployment with this number.
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

  /// The answer of a verb, which is repeated while it answers `running`.
  func settled(_ request: DriverRequest) async throws(CheckEnd) -> DriverProgram.Answer {
    do throws(DeploymentFailure) {
      return try await client.settled(request)
    } catch {
      throw .failed(error.reason.text)
    }
  }

  /// Makes one that runs.
  func make(id: Int64) async throws(CheckEnd) {
    var create = request(.create, id: id)
    create.end = "running"
    let answer = try await settled(create)
    guard case .reply = answer else { throw .failed("create ended with \(answer.words)") }
  }

  /// Removes one, whatever comes of it.
  func remove(id: Int64) async {
    _ = try? await settled(request(.delete, id: id))
  }

  /// How one stands.
  func power(id: Int64, owner: String? = nil) async throws(CheckEnd) -> DriverPower? {
    let answer = await program.ask(request(.status, id: id, owner: owner))
    switch answer {
    case .absent: return .absent
    case .reply(let reply): return reply.observed?.power
    case .failed(let failure): throw .failed("status ended with: \(failure.reason)")
    }
  }

  /// Everything with an owner's mark, from all pages.
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
