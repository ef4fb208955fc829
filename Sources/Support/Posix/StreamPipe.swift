import CPosix
import Glibc

import struct Synchronization.Atomic

/// A pipe for a standard stream of a child: this process keeps one end and gives away the other.
///
/// Both ends are closed on exec, and neither has the number of a standard stream, so that each can
/// replace any of those. Reads do not block.
package final class StreamPipe: Sendable {
  /// The end to read from.
  package let reading: Int32
  /// The end to write to.
  package let writing: Int32
  private let isReadingClosed = Atomic(false)
  private let isWritingClosed = Atomic(false)

  /// Throws if the process has no descriptors left.
  package init() throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    guard cposix_pipe(&ends) == 0 else { throw .last }
    reading = Descriptor.raised(ends[0])
    writing = Descriptor.raised(ends[1])
    _ = fcntl(reading, F_SETFL, O_NONBLOCK)
  }

  deinit {
    closeReading()
    closeWriting()
  }

  /// Closes the end to read from, once.
  package func closeReading() {
    if !isReadingClosed.exchange(true, ordering: .relaxed) { close(reading) }
  }

  /// Closes the end to write to, once.
  package func closeWriting() {
    if !isWritingClosed.exchange(true, ordering: .relaxed) { close(writing) }
  }

  /// Result of a read.
  package enum Reading {
    case bytes([UInt8]), nothing, ended
  }

  /// Reads the available bytes, at most 64 KiB.
  package func read() -> Reading {
    withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 8) { buffer in
      while true {
        let count = Glibc.read(reading, buffer.baseAddress, buffer.count)
        if count > 0 { return .bytes(Array(UnsafeRawBufferPointer(rebasing: buffer[..<count]))) }
        if count == 0 { return .ended }
        if errno != EINTR { return errno == EAGAIN ? .nothing : .ended }
      }
    }
  }
}

/// Operations on bare descriptors.
package enum Descriptor {
  /// Moves a descriptor to 10 or above, out of the range of the standard streams, and closes the
  /// original. Returns the original if no descriptor is left.
  package static func raised(_ descriptor: Int32) -> Int32 {
    let raised = fcntl(descriptor, F_DUPFD_CLOEXEC, 10)
    guard raised >= 0 else { return descriptor }
    close(descriptor)
    return raised
  }
}
