import Glibc

/// Lists directories.
package enum Folder {
  /// The number of entries that are looked at, so that a full directory does not block the thread.
  private static let longest = 50_000

  /// The names of some files in a directory, in no order and without directories; none if it cannot
  /// be listed.
  ///
  /// - Parameters:
  ///   - limit: the maximum number of names.
  ///   - isWanted: only these names.
  package static func files(
    in path: String, atMost limit: Int, where isWanted: (String) -> Bool = { _ in true }
  ) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    var seen = 0
    while names.count < limit, seen < longest, let entry = readdir(stream) {
      seen += 1
      let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
        field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard isWanted(name), !isFolder(entry.pointee.d_type, path + "/" + name) else {
        continue
      }
      names.append(name)
    }
    return names
  }

  /// Not every file system says the type of an entry.
  private static func isFolder(_ type: UInt8, _ path: String) -> Bool {
    if Int(type) != DT_UNKNOWN { return Int(type) == DT_DIR }
    return (try? FileStatus(withoutFollowing: path))?.isDirectory == true
  }
}
