public import DeploymentInterface
import SafeTexts

/// Machines and their disks on any host that libvirt reaches.
public struct LibvirtDriver: Driver {
  private let hub: ConnectionHub

  /// A driver with connections of its own; none is opened before it is needed.
  public init() { hub = ConnectionHub() }

  /// `libvirt`
  public var name: String { "libvirt" }
  /// What it makes.
  public var help: String {
    "Clones virtual machines through libvirt; L2 is the same, saved to disk."
  }
  /// Where the host is, and what of it is used.
  public var providerParameters: [Parameter] { LibvirtConnection.parameters }
  /// What is cloned, and how.
  public var serviceParameters: [Parameter] { LibvirtPlan.parameters }

  /// The provider of one entry of the configuration. Opens no connection.
  public func makeProvider(
    _ parameters: ParameterValues
  ) throws(ParameterProblem) -> any Provider {
    let host = try LibvirtConnection(parameters)
    return LibvirtProvider(host: host, connection: hub.connection(to: host.uri))
  }
}

/// A host and what is used of it, from a provider's parameters.
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
      throw .init("uri", SafeText("uri must be one of libvirt's, as qemu:///system, and is \(uri)"))
    }
    if uri.hasPrefix("lxc:") {
      throw .init("uri", "uri names containers, which have no disk that could be cloned")
    }
    for (name, text) in [("uri", uri), ("pool", pool), ("network", network ?? "")]
    where text.utf8.contains(0) {
      throw .init(name, SafeText("\(name) cannot hold a NUL character"))
    }
  }

  static let parameters: [Parameter] = [
    .init(
      "uri", .text, isRequired: true,
      "Where libvirt is: `qemu:///system`, `qemu+ssh://root@host/system`, `test:///default`."),
    .init(
      "pool", .text, default: "default",
      "The storage pool (a directory) that takes the disks of clones and publications."),
    .init(
      "network", .text,
      "The network of libvirt that the first card of each is put on; else as in the base."),
  ]
}

struct LibvirtProvider: NoticeSource {
  let host: LibvirtConnection
  let connection: VirtConnection

  func makeService(_ parameters: ParameterValues) throws(ParameterProblem) -> any Service {
    LibvirtService(host: host, plan: try LibvirtPlan(parameters), connection: connection)
  }

  /// Tells of machines that are not as they were left (stopped, started or removed by somebody
  /// else), and of users where a guest agent is asked. Opens the connection, and keeps it open.
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
