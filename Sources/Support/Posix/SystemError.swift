import Glibc

/// An error of a system call.
package struct SystemError: Error, Hashable, Sendable {
  /// The value of `errno`.
  package let number: Int32

  /// The error with a number.
  package init(number: Int32) { self.number = number }

  /// The error of this thread's last failed call.
  package static var last: SystemError { .init(number: errno) }

  /// The C library's description.
  package var text: String { String(cString: strerror(number)) }
}
