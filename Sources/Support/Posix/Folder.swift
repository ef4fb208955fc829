import Glibc

/// Lists directories.
package enum Folder {
  /// The names of some files in a directory, in no order and without directories; none if it cannot
  /// be listed.
  ///
  /// - Parameters:
  ///   - prefix: only names that start with it.
  ///   - limit: the maximum number of names.
  package static func files(
    in path: String, startingWith prefix: String = "", atMost limit: Int
  ) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while names.count < limit, let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
        field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name.hasPrefix(prefix), !isFolder(entry.pointee.d_type, path + "/" + name) else {
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
