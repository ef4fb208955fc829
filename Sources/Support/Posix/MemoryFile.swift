import CPosix
import Glibc

/// A file without a directory entry, gone when nobody has it open. Its name shows in `/proc`.
package final class MemoryFile: Sendable {
  /// At its beginning, closed on exec, and not the number of a standard stream.
  package let descriptor: Int32

  /// A file that holds these bytes.
  package init(_ name: String, holding bytes: [UInt8] = []) throws(SystemError) {
    let made = cposix_memory_file(name)
    guard made >= 0 else { throw .last }
    descriptor = Descriptor.raised(made)
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes {
        write(descriptor, $0.baseAddress, $0.count)
      }
      // All is stored by now, so the file is closed by `deinit`.
      guard count > 0 else { throw .last }
      written += count
    }
    lseek(descriptor, 0, SEEK_SET)
  }

  deinit { close(descriptor) }
}
