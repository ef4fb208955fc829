import DeploymentInterface
import Foundation
import SafeTexts

/// A folder with a file `.owner` that contains its mark.
struct FolderDeployment: UserDeployment {
  typealias ServiceType = FolderService

  /// The engine stores this after each call and restores it before the next.
  private(set) var uniqueId = ""
  private(set) var ip: String?

  mutating func deployForCache(
    _ level: CacheLevel, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    try create(environment)
  }

  mutating func deployForUser(
    _ user: SafeText, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    try create(environment)
  }

  mutating func setReady(_ environment: Environment) async throws(DeploymentFailure) -> TaskState {
    guard environment.folder.isOurs else { throw .gone("the folder is gone") }
    return .finished
  }

  /// No operation of this driver answers `running`.
  mutating func checkState(_ environment: Environment) async -> TaskState { .finished }

  mutating func destroy(_ environment: Environment) async throws(DeploymentFailure) -> TaskState {
    try environment.folder.remove()
    return .finished
  }

  private mutating func create(_ environment: Environment) throws(DeploymentFailure) -> TaskState {
    uniqueId = environment.name
    // A folder has no address of its own: its user finds it on this machine.
    ip = "127.0.0.1"
    try environment.folder.create()
    return .finished
  }
}

extension DeploymentEnvironment<FolderService> {
  var folder: OwnedFolder {
    OwnedFolder(root: service.root, name: name, owner: owner, number: record.id)
  }
}

/// A folder that carries the mark of the engine and the number of the deployment.
struct OwnedFolder {
  let root: String
  let name: String
  let owner: String
  let number: Int64

  var path: String { root + "/" + name }
  private var draft: String { root + "/.\(owner)-\(number)" }
  private var mark: String { "\(owner) \(number)" }

  var isOurs: Bool {
    (try? String(contentsOfFile: path + "/.owner", encoding: .utf8)) == mark
  }

  /// Can be called again after a crash: it finds the folder that an earlier call created.
  func create() throws(DeploymentFailure) {
    if isOurs { return }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: root, isDirectory: &isFolder), isFolder.boolValue
    else {
      // The configuration is wrong: repeating the call does not help.
      throw .permanent("\(root) is not a folder")
    }
    if FileManager.default.fileExists(atPath: path) {
      throw .permanent("another folder has this name")
    }
    do {
      // The mark is complete before the folder has its name.
      try FileManager.default.createDirectory(atPath: draft, withIntermediateDirectories: true)
      try Data(mark.utf8).write(to: URL(fileURLWithPath: draft + "/.owner"))
      try FileManager.default.moveItem(atPath: draft, toPath: path)
    } catch {
      throw .transient(error.localizedDescription)
    }
  }

  /// A folder that is gone already is removed; one without our mark is left alone.
  func remove() throws(DeploymentFailure) {
    try? FileManager.default.removeItem(atPath: draft)
    guard FileManager.default.fileExists(atPath: path) else { return }
    guard isOurs else { throw .permanent("the folder belongs to somebody else") }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw .transient(error.localizedDescription)
    }
  }
}
