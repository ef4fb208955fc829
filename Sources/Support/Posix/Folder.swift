import Glibc

/// Lists directories.
package enum Folder {
  /// The number of entries that are looked at, so that a full directory does not block the thread.
  private static let longest = 50_000

  /// All names in a directory, in no order; none if it cannot be listed.
  package static func names(in path: String) -> [String] {
    entries(in: path, atMost: .max, seeing: .max) { _, _ in true }
  }

  /// The names of some files in a directory, in no order and without directories; none if it cannot
  /// be listed.
  ///
  /// - Parameters:
  ///   - limit: the maximum number of names.
  ///   - isWanted: only these names.
  package static func files(
    in path: String, atMost limit: Int, where isWanted: (String) -> Bool = { _ in true }
  ) -> [String] {
    entries(in: path, atMost: limit, seeing: longest) { name, type in
      isWanted(name) && !isFolder(type, path + "/" + name)
    }
  }

  private static func entries(
    in path: String, atMost limit: Int, seeing most: Int,
    where isWanted: (_ name: String, _ type: UInt8) -> Bool
  ) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    var seen = 0
    while names.count < limit, seen < most, let entry = readdir(stream) {
      seen += 1
      let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
        field.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) {
          String(cString: $0)
        }
      }
      if isWanted(name, entry.pointee.d_type) { names.append(name) }
    }
    return names
  }

  /// Not every file system says the type of an entry.
  private static func isFolder(_ type: UInt8, _ path: String) -> Bool {
    if Int(type) != DT_UNKNOWN { return Int(type) == DT_DIR }
    return (try? FileStatus(withoutFollowing: path))?.isDirectory == true
  }
}
