import Glibc

/// Wakes the terminal's loop from any thread. Waking it twice before it looks is waking it once.
package final class WakePipe: Sendable {
  /// Readable when somebody called `wake`.
  let descriptor: Int32
  private let entry: Int32

  /// Nil when no more descriptors are to be had.
  package init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    descriptor = ends[0]
    entry = ends[1]
  }

  deinit {
    close(descriptor)
    close(entry)
  }

  /// A full pipe says the same.
  package func wake() {
    var byte: UInt8 = 0
    _ = write(entry, &byte, 1)
  }

  /// Forgets that it was woken.
  func drain() {
    var bytes = [UInt8](repeating: 0, count: 512)
    while read(descriptor, &bytes, bytes.count) == bytes.count {}
  }
}
