import CPosix
import Glibc

/// Threads of our own, for what blocks: the cooperative threads belong to tasks.
///
/// Not Foundation's, which does not say when the system gives no thread: what was to run on it
/// would then be waited for without end.
package enum SystemThread {
  /// Runs a block on a new thread, or throws: the system has none to give now.
  ///
  /// - Parameter stack: bytes; the default is enough for SQLite and for a driver's JSON.
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
