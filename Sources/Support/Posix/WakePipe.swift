import CPosix
import Glibc

/// Wakes a thread that waits in `poll`, from any thread. Waking it twice before it looks is waking
/// it once.
package final class WakePipe: Sendable {
  /// Readable once somebody called `wake`.
  package let reading: Int32
  private let writing: Int32

  /// Throws when the process has no descriptors left.
  package init() throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    guard cposix_pipe(&ends) == 0 else { throw .last }
    for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    reading = ends[0]
    writing = ends[1]
  }

  deinit {
    close(reading)
    close(writing)
  }

  /// Makes `reading` readable. A pipe that is full is readable already.
  package func wake() {
    var byte: UInt8 = 0
    _ = write(writing, &byte, 1)
  }

  /// Forgets that it was woken.
  ///
  /// - Returns: whether it was.
  @discardableResult
  package func drain() -> Bool {
    var bytes = [UInt8](repeating: 0, count: 512)
    var wasWoken = false
    while case let count = read(reading, &bytes, bytes.count), count > 0 {
      wasWoken = true
      if count < bytes.count { break }
    }
    return wasWoken
  }
}
