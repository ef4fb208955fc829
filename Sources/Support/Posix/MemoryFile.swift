import CPosix
import Glibc

/// A file in memory without a directory entry; it disappears with its last descriptor. Its name
/// shows in `/proc`.
package final class MemoryFile: Sendable {
  /// Positioned at the start, closed on exec, and above the standard streams' numbers.
  package let descriptor: Int32

  /// A file with these bytes.
  package init(_ name: String, holding bytes: [UInt8] = []) throws(SystemError) {
    let made = cposix_memory_file(name)
    guard made >= 0 else { throw .last }
    descriptor = Descriptor.raised(made)
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes {
        write(descriptor, $0.baseAddress, $0.count)
      }
      // All properties are set, so `deinit` closes the file.
      guard count > 0 else { throw .last }
      written += count
    }
    lseek(descriptor, 0, SEEK_SET)
  }

  deinit { close(descriptor) }
}
