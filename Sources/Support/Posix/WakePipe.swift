import CPosix
import Glibc

/// A pipe that wakes a thread out of `poll`, from any thread. Several wake-ups before the thread
/// looks count as one.
package final class WakePipe: Sendable {
  /// Readable after `wake`.
  package let reading: Int32
  private let writing: Int32

  /// Throws if the process has no descriptors left.
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

  /// Makes `reading` unreadable again.
  ///
  /// - Returns: whether `wake` was called since the last time.
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
