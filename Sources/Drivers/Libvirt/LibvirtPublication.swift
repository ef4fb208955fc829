import DeploymentInterface
import Foundation
import Posix
import SafeTexts

/// A frozen copy of the base: its disk as a volume that is never written, and the XML for its
/// clones.
struct LibvirtPublication: Publication {
  typealias ServiceType = LibvirtService
  typealias Environment = PublicationEnvironment<LibvirtService>

  /// The copy of the disk; nil until it is complete.
  private(set) var disk: FrozenDisk?
  /// The XML for its clones.
  private(set) var template = ""
  /// Whether it is being removed.
  private var isEnding = false
  private var since: Int64 = 0

  var suggestedTime: TimeSpan {
    .milliseconds(min(2000, max(100, (SystemClock.monotonicMilliseconds - since) / 4)))
  }

  mutating func publish(_ environment: Environment) async -> TaskState {
    isEnding = false
    since = SystemClock.monotonicMilliseconds
    return await copy(environment)
  }

  mutating func checkState(_ environment: Environment) async -> TaskState {
    isEnding ? await remove(environment) : await copy(environment)
  }

  mutating func cancel(_ environment: Environment) async -> TaskState {
    await destroy(environment)
  }

  mutating func destroy(_ environment: Environment) async -> TaskState {
    isEnding = true
    since = SystemClock.monotonicMilliseconds
    return await remove(environment)
  }

  private mutating func copy(_ environment: Environment) async -> TaskState {
    if disk != nil { return .finished }
    let service = environment.service
    let volume = Self.volume(environment)
    let answer = await service.connection.jobs.run(
      "publish", on: volume, waiting: .milliseconds(1500)
    ) {
      service.connection.perform { session throws(VirtError) in
        try BaseFinder(session, service).copy(to: volume)
      }
    }
    switch answer {
    case .goesOn: return .running
    case .ended(.failure(let error)): return .error(error.failure("publishing"))
    case .ended(.success): return await inspect(volume, environment)
    }
  }

  /// Stores what clones need to know about the copy.
  private mutating func inspect(_ volume: String, _ environment: Environment) async -> TaskState {
    let service = environment.service
    let found = await service.connection.call { session throws(VirtError) in
      let template = try BaseFinder(session, service).template()
      guard let copy = try session.pool(service.host.pool).volume(volume) else {
        throw .refusal("the copy \(volume) was removed by somebody else")
      }
      return (FrozenDisk(path: try copy.path(), capacity: try copy.capacity()), template)
    }
    switch found {
    case .failure(let error): return .error(error.failure("publishing"))
    case .success(let (disk, template)):
      guard template.utf8.count <= 32_768 else {
        let size = "\(template.utf8.count) bytes; the maximum is 32768"
        return .error(.init(.permanent, SafeText("the XML of the base is too long: \(size)")))
      }
      self.disk = disk
      self.template = template
      environment.doLog(.info, SafeText("\(service.plan.base) was copied to \(disk.path)"))
      return .finished
    }
  }

  private mutating func remove(_ environment: Environment) async -> TaskState {
    let service = environment.service
    let volume = Self.volume(environment)
    let answer = await service.connection.jobs.run(
      "unpublish", on: volume, waiting: .milliseconds(1500)
    ) {
      service.connection.perform { session throws(VirtError) in
        try session.pool(service.host.pool).remove(volume)
      }
    }
    switch answer {
    case .goesOn: return .running
    case .ended(.failure(let error)): return .error(error.failure("removing \(volume)"))
    case .ended(.success):
      disk = nil
      return .finished
    }
  }

  /// The name of the volume, which is its mark.
  private static func volume(_ environment: Environment) -> String {
    "\(environment.name.replacing("/", with: "_")).\(environment.owner).qcow2"
  }
}

/// The backing disk of an overlay.
struct FrozenDisk: Hashable, Codable, Sendable {
  /// Its path on the host.
  let path: String
  /// Its size for a guest, in bytes.
  let capacity: UInt64
}

/// Finds the base of a service.
struct BaseFinder {
  private let session: VirtSession
  private let service: LibvirtService

  init(_ session: VirtSession, _ service: LibvirtService) {
    self.session = session
    self.service = service
  }

  private var base: String { service.plan.base }

  /// Copies the disk of the base to a volume. Removes a volume of an earlier attempt first, because
  /// it may be incomplete.
  func copy(to volume: String) throws(VirtError) {
    let source = try disk()
    let pool = try session.pool(service.host.pool)
    try pool.remove(volume)
    try pool.create(
      VolumeDocument.copy(named: volume, capacity: try source.capacity()), copying: source)
  }

  private func disk() throws(VirtError) -> VirtVolume {
    guard let domain = try session.domain(name: base) else {
      if let volume = try session.pool(service.host.pool).volume(base) { return volume }
      throw .refusal(
        "there is no domain \(base), and no volume \(base) in the pool \(service.host.pool)")
    }
    guard try domain.power().isOff, try !domain.hasSavedState() else {
      throw .refusal("\(base) is not shut off: a copy of its disk would be inconsistent")
    }
    switch try DomainDocument(domain.xml()).onlyDisk() {
    case .volume(let pool, let name):
      if let volume = try session.pool(pool).volume(name) { return volume }
      throw .refusal("its disk, the volume \(name) of the pool \(pool), does not exist")
    case .path(let path):
      if let volume = try session.volume(path: path) { return volume }
      throw .refusal(
        "its disk \(path) is not in a storage pool: create one for its directory "
          + "(virsh pool-create-as NAME dir --target DIRECTORY)")
    }
  }

  /// The XML for the clones.
  func template() throws(VirtError) -> String {
    if let path = service.plan.template {
      guard let xml = try? String(contentsOfFile: path, encoding: .utf8) else {
        throw .refusal("cannot read the template \(path)")
      }
      _ = try DomainDocument(xml)
      return xml
    }
    if let domain = try session.domain(name: base) { return try domain.xml() }
    return try HostCapabilities(session.capabilities()).plainDomain
  }
}
