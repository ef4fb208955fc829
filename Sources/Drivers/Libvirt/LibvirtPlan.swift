import DeploymentInterface
import SafeTexts

/// What a libvirt service clones and how, from its parameters.
struct LibvirtPlan: Sendable {
  let base: String
  /// A file with the XML of a domain; nil: the base's own.
  let template: String?
  /// KiB; nil: as in the base.
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
      throw .init(name, SafeText("\(name) cannot hold a NUL character"))
    }
    if let template, !template.hasPrefix("/") {
      throw .init(
        "template", SafeText("template must be a path from the root, and is \(template)"))
    }
    if port != nil, !waitsForAddress {
      throw .init(
        "port", "a port can be asked only where there is an address: write ready: address")
    }
    if readyWithin < .seconds(1) {
      throw .init("readyWithin", SafeText("readyWithin must be at least 1s, and is \(readyWithin)"))
    }
  }

  /// Reads `512MiB` and `2GiB`.
  private static func kibibytes(_ text: String?) throws(ParameterProblem) -> Int? {
    guard let text else { return nil }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let factors = ["MiB": 1024, "GiB": 1024 * 1024]
    guard let count = Int(digits), (1...16_777_216).contains(count),
      let factor = factors[String(text.dropFirst(digits.count))]
    else {
      throw .init(
        "memory",
        SafeText("memory must be a size with its unit, such as 512MiB or 2GiB, and is \(text)")
      )
    }
    return count * factor
  }

  /// What the second cache level is.
  enum Level2: String, CaseIterable, Sendable {
    /// Its memory is saved to disk.
    case save
    /// The same; where that cannot be done, it is shut down.
    case saveOrShutDown
    case shutDown
    case none
  }
}

extension LibvirtPlan {
  /// What a pool's `service` may say.
  static let parameters: [Parameter] = [
    .init(
      "base", .text, isRequired: true,
      "What is cloned: a domain that is shut off, or a volume of the storage pool."),
    .init(
      "template", .text,
      "A file with the XML of a domain; else the base's own. Name, UUID, MAC, disk and mark are "
        + "put in."),
    .init("memory", .text, "Such as 512MiB or 2GiB; else as in the base."),
    .init("cpus", .integer(1...512), "Virtual processors; else as in the base."),
    .init(
      "graphics", .choice(["none", "vnc", "spice"]), "How its screen is shown; else as in the base."
    ),
    .init(
      "l2", .choice(Level2.allCases.map(\.rawValue)), default: "save",
      "What L2 is: memory saved to disk, shut down, or no L2 at all."),
    .init(
      "ready", .choice(["address", "running"]), default: "address",
      "When it is ready to use: it has an address, or it merely runs."),
    .init(
      "addressFrom", .list(of: AddressSource.allCases.map(\.rawValue)),
      "Who is asked for its address, in this order; else all three: lease, agent, arp."),
    .init("port", .integer(1...65535), "A TCP port that must accept before it is ready."),
    .init("readyWithin", .duration, default: "5m", "How long a start may take until it is ready."),
    .init(
      "shutDownFirst", .bool, default: "false",
      "Before it is removed the guest is asked to shut down."),
    .init(
      "stopWithin", .duration, default: "1m",
      "How long a guest may take to shut down; then it is switched off."),
    .init(
      "osManager", .choice(LibvirtOSManager.Kind.allCases.map(\.rawValue)), default: "none",
      "What speaks for the inside: the QEMU guest agent, or `dashboard notify`."),
  ]
}

/// What speaks for the inside of a machine.
struct LibvirtOSManager: OSManager {
  enum Kind: String, CaseIterable, Sendable {
    case none
    /// The QEMU guest agent: asked by the driver, which is not ready before it answers.
    case agent
    /// Something inside that calls `dashboard notify`.
    case notify
  }

  /// Only for `notify`: somebody else has to say it.
  var waitsForReady: Bool { true }
}
