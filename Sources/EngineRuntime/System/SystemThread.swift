import Foundation

/// Threads of our own, for what blocks: the cooperative threads belong to tasks.
enum SystemThread {
  /// Runs a block on a new thread.
  static func start(named name: String, _ block: @escaping @Sendable () -> Void) {
    let thread = Thread(block: block)
    thread.name = name
    // Enough for SQLite and for a driver's JSON; there may be many of them.
    thread.stackSize = 1 << 20
    thread.start()
  }
}
