import CPosix
import Glibc

/// Threads outside the cooperative pool, for blocking work.
///
/// Foundation's `Thread` does not report that the system refused a thread, and callers would wait
/// for its work forever.
package enum SystemThread {
  /// Runs a block on a new thread. Throws if the system refuses one.
  ///
  /// - Parameter stack: size of its stack in bytes; the default, 1 MiB, is enough for SQLite and a
  ///   driver's JSON.
  package static func start(
    named name: String, stack: Int = 1 << 20, _ block: @escaping @Sendable () -> Void
  ) throws(SystemError) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stack)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let work = Unmanaged.passRetained(Work(name, block))
    var thread = pthread_t()
    let problem = pthread_create(&thread, &attributes, run, work.toOpaque())
    guard problem != 0 else { return }
    work.release()
    throw SystemError(number: problem)
  }

  private static let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
    raw in
    guard let raw else { return nil }
    let work = Unmanaged<Work>.fromOpaque(raw).takeRetainedValue()
    cposix_name_thread(work.name)
    work.block()
    return nil
  }

  private final class Work: Sendable {
    let name: String
    let block: @Sendable () -> Void

    init(_ name: String, _ block: @escaping @Sendable () -> Void) {
      self.name = name
      self.block = block
    }
  }
}
