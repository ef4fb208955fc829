import DeploymentInterface
import SafeTexts

/// The settings of a libvirt service, from its parameters.
struct LibvirtPlan: Sendable {
  let base: String
  /// The path of a file with the XML of a domain; nil: the base's own XML.
  let template: String?
  /// The memory in KiB; nil: as in the base.
  let memory: Int?
  let cpus: Int?
  let graphics: String?
  let level2: Level2
  let waitsForAddress: Bool
  let addressSources: [AddressSource]
  let port: UInt16?
  let readyWithin: TimeSpan
  let shutsDownFirst: Bool
  let stopWithin: TimeSpan
  let osManager: LibvirtOSManager.Kind

  init(_ values: ParameterValues) throws(ParameterProblem) {
    let reader = try ParameterReader(values, of: "libvirt", parameters: Self.parameters)
    base = reader.text("base") ?? ""
    template = reader.text("template")
    memory = try Self.kibibytes(reader.text("memory"))
    cpus = reader.isGiven("cpus") ? reader.integer("cpus") : nil
    graphics = reader.text("graphics")
    level2 = reader.text("l2").flatMap(Level2.init(rawValue:)) ?? .save
    waitsForAddress = reader.text("ready") == "address"
    addressSources =
      reader.isGiven("addressFrom")
      ? reader.list("addressFrom").compactMap(AddressSource.init(rawValue:))
      : AddressSource.allCases
    port = reader.isGiven("port") ? UInt16(reader.integer("port")) : nil
    readyWithin = reader.duration("readyWithin")
    shutsDownFirst = reader.bool("shutDownFirst")
    stopWithin = reader.duration("stopWithin")
    osManager = reader.text("osManager").flatMap(LibvirtOSManager.Kind.init(rawValue:)) ?? .none
    try check()
  }

  private func check() throws(ParameterProblem) {
    if base.isEmpty { throw .init("base", "base must name a domain, or a volume of the pool") }
    for (name, text) in [("base", base), ("template", template ?? "")] where text.utf8.contains(0) {
      throw .init(name, SafeText("\(name) cannot contain a NUL character"))
    }
    if let template, !template.hasPrefix("/") {
      throw .init(
        "template", SafeText("template must be an absolute path, not \(template)"))
    }
    if port != nil, !waitsForAddress {
      throw .init(
        "port", "a port needs an address: write ready: address")
    }
    if readyWithin < .seconds(1) {
      throw .init("readyWithin", SafeText("readyWithin must be at least 1s, not \(readyWithin)"))
    }
  }

  /// Parses sizes such as `512MiB` and `2GiB`.
  private static func kibibytes(_ text: String?) throws(ParameterProblem) -> Int? {
    guard let text else { return nil }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let factors = ["MiB": 1024, "GiB": 1024 * 1024]
    guard let count = Int(digits), (1...16_777_216).contains(count),
      let factor = factors[String(text.dropFirst(digits.count))]
    else {
      throw .init(
        "memory",
        SafeText("memory must be a size with its unit, such as 512MiB or 2GiB, not \(text)")
      )
    }
    return count * factor
  }

  /// The meaning of the second cache level.
  enum Level2: String, CaseIterable, Sendable {
    /// Its memory is saved to disk.
    case save
    /// Its memory is saved to disk; if that is impossible, it is shut down.
    case saveOrShutDown
    case shutDown
    case none
  }
}

extension LibvirtPlan {
  /// The parameters of a pool's `service`.
  static let parameters: [Parameter] = [
    .init(
      "base", .text, isRequired: true,
      "What to clone: a domain that is shut off, or a volume of the storage pool."),
    .init(
      "template", .text,
      "A file with the XML of a domain; by default the base's. Name, UUID, MAC, disk and mark are "
        + "inserted."),
    .init("memory", .text, "Memory, such as 512MiB or 2GiB; by default as in the base."),
    .init("cpus", .integer(1...512), "Virtual processors; by default as in the base."),
    .init(
      "graphics", .choice(["none", "vnc", "spice"]), "The display; by default as in the base."
    ),
    .init(
      "l2", .choice(Level2.allCases.map(\.rawValue)), default: "save",
      "What L2 means: memory saved to disk, shut down, or no L2 at all."),
    .init(
      "ready", .choice(["address", "running"]), default: "address",
      "When a machine is ready: when it has an address, or as soon as it runs."),
    .init(
      "addressFrom", .list(of: AddressSource.allCases.map(\.rawValue)),
      "The sources of its address, in this order; by default lease, agent, arp."),
    .init(
      "port", .integer(1...65535), "A TCP port that must accept connections before it is ready."),
    .init(
      "readyWithin", .duration, default: "5m",
      "How long a machine may take to become ready after a start."),
    .init(
      "shutDownFirst", .bool, default: "false",
      "Whether the guest is asked to shut down before the machine is removed."),
    .init(
      "stopWithin", .duration, default: "1m",
      "How long a guest may take to shut down before it is switched off."),
    .init(
      "osManager", .choice(LibvirtOSManager.Kind.allCases.map(\.rawValue)), default: "none",
      "What reports from inside: the QEMU guest agent, or `dashboard notify`."),
  ]
}

/// The OS manager of a machine.
struct LibvirtOSManager: OSManager {
  enum Kind: String, CaseIterable, Sendable {
    case none
    /// The QEMU guest agent, which the driver asks; the machine is not ready before it answers.
    case agent
    /// A program inside the machine that calls `dashboard notify`.
    case notify
  }

  /// Used only with `notify`: the driver itself waits for the agent.
  var waitsForReady: Bool { true }
}
