import CPosix

/// A user who owns nothing and to whom permissions and limits apply.
package enum OtherUser {
  /// The user's and the group's number.
  package static let number: UInt32 = 65534

  /// Runs on a thread that has this user's permissions for files. Only root can do that, and only
  /// for one thread: the process keeps its own.
  package static func run<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) throws -> Value {
    let before = cposix_set_file_user(number)
    defer { _ = cposix_set_file_user(before) }
    return try body()
  }
}
