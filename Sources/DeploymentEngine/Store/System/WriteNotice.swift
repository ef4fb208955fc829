import Glibc

/// Hears from the kernel that a file was written to. The directory is watched, not the file, so
/// that a file that is made anew is heard of as well.
final class WriteNotice: Sendable {
  let descriptor: Int32
  private let name: [UInt8]

  /// Nil where the kernel cannot say it.
  init?(folder: String, file: String) {
    let descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
    guard descriptor >= 0 else { return nil }
    let interests = UInt32(IN_MODIFY) | UInt32(IN_CREATE) | UInt32(IN_MOVED_TO)
    guard inotify_add_watch(descriptor, folder, interests) >= 0 else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
    name = Array(file.utf8.suffix(while: { $0 != UInt8(ascii: "/") }))
  }

  deinit { close(descriptor) }

  /// Takes what was heard; true: the file was in it, or too much was heard to know.
  func drain() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    var heard = false
    while case let count = read(descriptor, &buffer, buffer.count), count > 0 {
      heard = heard || concernsFile(buffer[..<count])
    }
    return heard
  }

  /// Each notice is a header of 16 bytes, whose last four say how long the name after it is.
  private func concernsFile(_ notices: ArraySlice<UInt8>) -> Bool {
    let header = 16
    var offset = 0
    while offset + header <= notices.count {
      let mask = number(notices, offset + 4)
      let length = Int(number(notices, offset + 12))
      let padded = notices[(offset + header)...].prefix(length)
      if mask & UInt32(IN_Q_OVERFLOW) != 0 || Array(padded.prefix { $0 != 0 }) == name {
        return true
      }
      offset += header + length
    }
    return false
  }

  private func number(_ bytes: ArraySlice<UInt8>, _ offset: Int) -> UInt32 {
    bytes[offset..<offset + 4].withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
  }
}

extension BidirectionalCollection {
  /// The longest end of which all is so.
  fileprivate func suffix(while predicate: (Element) -> Bool) -> SubSequence {
    var start = endIndex
    while start > startIndex, predicate(self[index(before: start)]) { start = index(before: start) }
    return self[start...]
  }
}
