import Glibc

/// Notification by the kernel that a file was written. It watches the directory, not the file, so
/// that it also notices a file that replaces the old one.
package final class InotifyWatch: Sendable {
  /// Readable after a write in the directory.
  package let descriptor: Int32
  /// Nil: every file of the directory.
  private let name: [UInt8]?

  /// Nil if the kernel cannot watch the directory.
  ///
  /// - Parameter file: the path or the name of the file; nil: every file that gets its name in the
  ///   directory, but not what is written to it.
  package init?(folder: String, file: String?) {
    let descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
    guard descriptor >= 0 else { return nil }
    let writes = file == nil ? 0 : UInt32(IN_MODIFY) | UInt32(IN_CREATE)
    let interests = writes | UInt32(IN_MOVED_TO)
    guard inotify_add_watch(descriptor, folder, interests) >= 0 else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
    name = file.map { Array($0.utf8.suffix(while: { $0 != UInt8(ascii: "/") })) }
  }

  deinit { close(descriptor) }

  /// Reads all events.
  ///
  /// - Returns: whether an event concerns the file, or the kernel's queue has overflowed.
  package func drain() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    var isConcerned = false
    while case let count = read(descriptor, &buffer, buffer.count), count > 0 {
      isConcerned = concernsFile(buffer[..<count]) || isConcerned
    }
    return isConcerned
  }

  /// Each event is a header with the length of the name after it.
  private func concernsFile(_ events: ArraySlice<UInt8>) -> Bool {
    guard let name else { return true }
    let header = MemoryLayout<inotify_event>.size
    var offset = 0
    while offset + header <= events.count {
      let event = events[offset..<offset + header].withUnsafeBytes {
        $0.loadUnaligned(as: inotify_event.self)
      }
      let padded = events[(offset + header)...].prefix(Int(event.len))
      if event.mask & UInt32(IN_Q_OVERFLOW) != 0 || Array(padded.prefix { $0 != 0 }) == name {
        return true
      }
      offset += header + Int(event.len)
    }
    return false
  }
}

extension BidirectionalCollection {
  /// The longest suffix whose elements all satisfy the predicate.
  fileprivate func suffix(while predicate: (Element) -> Bool) -> SubSequence {
    var start = endIndex
    while start > startIndex, predicate(self[index(before: start)]) { start = index(before: start) }
    return self[start...]
  }
}
