import DeploymentInterface
import SafeTexts

/// Lists the resources with an engine's mark: domains by their metadata, and volumes of the storage
/// pool by their names.
extension LibvirtProvider: Inventory {
  private static let patience = TimeSpan.minutes(1)

  func things(ownedBy owner: String) async throws(DeploymentFailure) -> [ExternalResource] {
    let host = host
    let found = await connection.call(within: Self.patience) { session throws(VirtError) in
      try OwnedThings(session, host, owner).all()
    }
    switch found {
    case .success(let things): return things
    case .failure(let error): throw error.failure
    }
  }

  func remove(_ thing: ExternalResource, ownedBy owner: String) async throws(DeploymentFailure) {
    let host = host
    let removed = await connection.call(within: Self.patience) { session throws(VirtError) in
      try OwnedThings(session, host, owner).remove(thing)
    }
    if case .failure(let error) = removed { throw error.failure("removing \(thing.name)") }
  }
}

/// The resources of one engine on a host, for the duration of a call.
private struct OwnedThings {
  private static let domain: SafeText = "domain"
  private static let volume: SafeText = "volume"

  let session: VirtSession
  let host: LibvirtConnection
  let owner: String

  init(_ session: VirtSession, _ host: LibvirtConnection, _ owner: String) {
    self.session = session
    self.host = host
    self.owner = owner
  }

  /// A volume whose domain exists is part of that domain.
  func all() throws(VirtError) -> [ExternalResource] {
    var things: [ExternalResource] = []
    var parts: Set<String> = []
    for domain in try session.domains() {
      guard let mark = try mark(of: domain), mark.owner == owner else { continue }
      parts.insert(mark.volume)
      things.append(
        ExternalResource(
          kind: Self.domain, name: SafeText(domain.name),
          purpose: .deployment(DeploymentID(mark.id)), identity: identity(of: domain, mark)))
    }
    for name in try session.pool(host.pool).names() where !parts.contains(name) {
      guard let purpose = purpose(ofVolume: name) else { continue }
      things.append(ExternalResource(kind: Self.volume, name: SafeText(name), purpose: purpose))
    }
    return things.sorted { ($0.name, $0.kind) < ($1.name, $1.kind) }
  }

  /// The mark of a domain; nil if it has none or has disappeared since it was listed.
  private func mark(of domain: VirtDomain) throws(VirtError) -> Mark? {
    do throws(VirtError) {
      return try domain.mark()
    } catch {
      if error.isAbsence { return nil }
      throw error
    }
  }

  /// The identity by which the driver finds it again. A MAC address derived from the mark was not
  /// assigned by the pool.
  private func identity(of domain: VirtDomain, _ mark: Mark) -> Identity? {
    let document = (try? domain.xml()).flatMap { try? DomainDocument($0) }
    guard let text = document?.mac else { return nil }
    return Identity(
      name: mark.name, mac: text == mark.fallbackMAC ? nil : MACAddress(parsing: text))
  }

  /// The purpose of `lab-001.d7.OWNER.qcow2` or `lab-r1.OWNER.qcow2`; nil if the volume is not
  /// ours.
  private func purpose(ofVolume name: String) -> ExternalResource.Purpose? {
    let end = ".\(owner).qcow2"
    guard !owner.isEmpty, name.hasSuffix(end) else { return nil }
    let start = name.dropLast(end.count)
    guard let dot = start.lastIndex(of: "."),
      let id = DeploymentID(parsing: start[start.index(after: dot)...])
    else { return .publication(String(start)) }
    return .deployment(id)
  }

  func remove(_ thing: ExternalResource) throws(VirtError) {
    guard thing.kind == Self.domain else { return try removeVolume(thing.name.text) }
    guard let domain = try session.domain(name: thing.name.text) else { return }
    guard let mark = try domain.mark(), mark.owner == owner,
      thing.purpose == .deployment(DeploymentID(mark.id))
    else { throw .refusal("it has changed and was left alone") }
    if try !domain.power().isOff { try domain.powerOff() }
    try domain.undefine()
    try session.pool(host.pool).remove(mark.volume)
  }

  private func removeVolume(_ name: String) throws(VirtError) {
    guard purpose(ofVolume: name) != nil else {
      throw .refusal("it is not ours and was left alone")
    }
    let pool = try session.pool(host.pool)
    guard let volume = try pool.volume(name) else { return }
    let path = try volume.path()
    for other in try pool.names() where other != name {
      guard let xml = try pool.volume(other)?.xml() else { continue }
      if xml.contains("<path>\(path.escaped)</path>") {
        throw .refusal("\(other) depends on it, so it was left alone")
      }
    }
    try pool.remove(name)
  }
}
