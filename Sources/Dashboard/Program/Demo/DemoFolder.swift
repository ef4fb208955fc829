import DeploymentDrivers
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import FoundationEssentials
import Glibc

/// The folder of one demo: its configuration, its store and the pages of its web servers. It is
/// locked while the demo runs, so that the next one knows what was left behind.
struct DemoFolder {
  /// The time for the processes of a demo to end when they are asked to.
  private static let grace = TimeSpan.seconds(2)

  let path: String
  private let lock: Int32

  var storePath: String { path + "/store.sqlite" }
  var configurationPath: String { path + "/config.yaml" }
  var webPath: String { path + "/web" }

  /// Makes a folder that only its owner may enter; nil if that fails.
  static func make(_ environment: [String: String]) -> DemoFolder? {
    var template = Array((parent(environment) + "/" + prefix + "XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { return nil }
    let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    guard let lock = lock(path), mkdir(path + "/web", 0o700) == 0 else { return nil }
    return DemoFolder(path: path, lock: lock)
  }

  /// The folders that killed demos of this user left.
  static func leftBehind(_ environment: [String: String]) -> [DemoFolder] {
    let parent = parent(environment)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    return names.sorted().filter { $0.hasPrefix(prefix) }.compactMap { name in
      let path = parent + "/" + name
      guard isOurs(path), let lock = lock(path) else { return nil }
      let folder = DemoFolder(path: path, lock: lock)
      // Another dashboard may have taken over the store.
      guard LeaseStatus.query(store: folder.storePath) == .none else {
        close(lock)
        return nil
      }
      return folder
    }
  }

  /// Ends every process that the demo started, and removes the folder.
  ///
  /// - Returns: the number of processes that ended, and of those that did not.
  func clear() -> (ended: Int, left: Int) {
    let owner = (try? StoreReader(path: storePath).snapshot().storeID) ?? ""
    defer { close(lock) }
    var (before, left) = (0, 0)
    if !owner.isEmpty {
      do throws(DeploymentFailure) {
        before = try ProcessInventory.processes(ownedBy: owner).count
        left = before
        left = try ProcessInventory.end(ownedBy: owner, grace: Self.grace).count
      } catch {
        // The remaining processes are unknown: the folder stays, and the next demo tries again.
        return (0, max(1, left))
      }
    }
    if left == 0 { try? FileManager.default.removeItem(atPath: path) }
    return (before - left, left)
  }

  private static var prefix: String { "dashboard-demo-\(getuid())-" }

  private static func parent(_ environment: [String: String]) -> String {
    environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
  }

  /// Any user can make a folder with such a name in a shared parent.
  private static func isOurs(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_uid == getuid()
      && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func lock(_ path: String) -> Int32? {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
    close(descriptor)
    return nil
  }
}
