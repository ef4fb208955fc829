import Glibc

/// An error that the system gave, by its number.
package struct SystemError: Error, Hashable, Sendable {
  /// The number, as `errno` has it.
  package let number: Int32

  /// The error with a number.
  package init(number: Int32) { self.number = number }

  /// The error of the last call on this thread.
  package static var last: SystemError { .init(number: errno) }

  /// What it means, as the C library says it.
  package var text: String { String(cString: strerror(number)) }
}
