import CPosix

/// Runs on a thread that has another user's permissions for files. Only root can do that, and
/// only for one thread: the process keeps its own.
enum OtherUser {
  static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
    let before = cposix_set_file_user(65534)
    defer { _ = cposix_set_file_user(before) }
    return try body()
  }
}
