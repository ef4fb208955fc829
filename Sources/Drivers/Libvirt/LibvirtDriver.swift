public import DeploymentInterface
import SafeTexts

/// Creates virtual machines and their disks on any host that libvirt can reach.
public struct LibvirtDriver: Driver {
  private let hub: ConnectionHub

  /// Creates a driver with its own connections, which are opened when they are needed.
  public init() { hub = ConnectionHub() }

  /// `libvirt`
  public var name: String { "libvirt" }
  /// A description for the list of drivers.
  public var help: String {
    "Clones virtual machines through libvirt; at L2 they are saved to disk."
  }
  /// The parameters of a provider: the host, its storage pool and its network.
  public var providerParameters: [Parameter] { LibvirtConnection.parameters }
  /// The parameters of a pool's `service`: the base and the settings of its clones.
  public var serviceParameters: [Parameter] { LibvirtPlan.parameters }

  /// Creates the provider of one entry of the configuration. Opens no connection.
  public func makeProvider(
    _ parameters: ParameterValues
  ) throws(ParameterProblem) -> any Provider {
    let host = try LibvirtConnection(parameters)
    return LibvirtProvider(host: host, connection: hub.connection(to: host.uri))
  }
}

/// A host, its storage pool and its network, from a provider's parameters.
struct LibvirtConnection: Hashable, Sendable {
  let uri: String
  let pool: String
  let network: String?

  init(_ values: ParameterValues) throws(ParameterProblem) {
    let reader = try ParameterReader(
      values, of: "a libvirt provider", parameters: Self.parameters)
    uri = reader.text("uri") ?? ""
    pool = reader.text("pool") ?? ""
    network = reader.text("network")
    guard uri.contains(":/") else {
      throw .init("uri", SafeText("uri must be a libvirt URI such as qemu:///system, not \(uri)"))
    }
    if uri.hasPrefix("lxc:") {
      throw .init("uri", "uri names a container host; containers have no disk to clone")
    }
    for (name, text) in [("uri", uri), ("pool", pool), ("network", network ?? "")]
    where text.utf8.contains(0) {
      throw .init(name, SafeText("\(name) cannot contain a NUL character"))
    }
  }

  static let parameters: [Parameter] = [
    .init(
      "uri", .text, isRequired: true,
      "The libvirt URI: `qemu:///system`, `qemu+ssh://root@host/system`, `test:///default`."),
    .init(
      "pool", .text, default: "default",
      "The storage pool (a directory) for the disks of clones and publications."),
    .init(
      "network", .text,
      "The libvirt network of the first network card; by default as in the base."),
  ]
}

struct LibvirtProvider: NoticeSource {
  let host: LibvirtConnection
  let connection: VirtConnection

  func makeService(_ parameters: ParameterValues) throws(ParameterProblem) -> any Service {
    LibvirtService(host: host, plan: try LibvirtPlan(parameters), connection: connection)
  }

  /// Reports machines that somebody else stopped, started or removed, and logged-in users if guest
  /// agents are asked. Opens the connection and keeps it open.
  func watch(_ sink: NoticeSink) { connection.watch(sink) }

  func problem() async -> SafeText? {
    let host = host
    let answer = await connection.call { session throws(VirtError) -> String? in
      guard try session.pool(host.pool).isActive else {
        return "storage pool \(host.pool) is not active: virsh pool-start \(host.pool)"
      }
      if let network = host.network, try !session.isNetworkActive(network) {
        return "network \(network) is not active: virsh net-start \(network)"
      }
      return nil
    }
    switch answer {
    case .success(let problem): return problem.map { SafeText($0) }
    case .failure(let error): return SafeText(error.message)
    }
  }
}
