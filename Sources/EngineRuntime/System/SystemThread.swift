import Foundation

/// Threads of our own, for what blocks: the cooperative threads belong to tasks.
enum SystemThread {
  /// Runs a block on a new thread.
  ///
  /// - Parameter stack: bytes; the default is enough for SQLite and for a driver's JSON.
  static func start(
    named name: String, stack: Int = 1 << 20, _ block: @escaping @Sendable () -> Void
  ) {
    let thread = Thread(block: block)
    thread.name = name
    thread.stackSize = stack
    thread.start()
  }
}
