import Glibc

/// The paths of a store's files. Links are resolved first, so that two names of one store have one
/// lock.
package struct StorePaths: Hashable, Sendable {
  /// The database.
  package let store: String

  init(_ path: String) {
    if let real = Self.real(path) {
      store = real
    } else {
      let (folder, name) = Self.split(path)
      store = Self.real(folder).map { $0 == "/" ? "/" + name : $0 + "/" + name } ?? path
    }
  }

  /// The write-ahead log beside it.
  var log: String { store + "-wal" }
  /// The index of the log.
  var index: String { store + "-shm" }
  /// The journal of a change outside the log; its presence means that the change did not finish.
  var journal: String { store + "-journal" }
  /// The name under which the store is made.
  var unfinished: String { store + ".new" }
  /// The lock beside it.
  var lock: String { store + ".lock" }
  /// The name of the engine, for users who may not read the lock.
  var holder: String { store + ".holder" }
  /// The drop box, in which the store's group leaves requests. Stores of one folder share it.
  var asks: String { folder == "/" ? "/asks" : folder + "/asks" }
  /// The folder into which an engine moves the requests that it takes out of the drop box.
  var claimedAsks: String { store + ".asks" }
  /// The file name of the database.
  var name: String { Self.split(store).name }
  /// The folder that contains all of them.
  var folder: String { Self.split(store).folder }

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = path[..<slash]
    return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
  }

  private static func real(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
