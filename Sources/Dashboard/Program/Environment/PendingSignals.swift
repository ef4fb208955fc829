import Glibc

/// The signals that end a command which waits, one at a time: the command withdraws what it asked
/// for before it ends.
struct PendingSignals: Sendable {
  /// The next signal that has come; nil: none.
  let next: @Sendable () -> Int32?
  /// Lets signals end the process again.
  let end: @Sendable () -> Void

  init(next: @escaping @Sendable () -> Int32?, end: @escaping @Sendable () -> Void = {}) {
    self.next = next
    self.end = end
  }

  /// Blocks the signals of this thread and of those that it starts, and reads them. Call it before
  /// any thread exists.
  static func blocked() -> PendingSignals {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&signals, signal) }
    var before = sigset_t()
    pthread_sigmask(SIG_BLOCK, &signals, &before)
    let (blocked, old) = (signals, before)
    return PendingSignals {
      var set = blocked
      var limit = timespec(tv_sec: 0, tv_nsec: 0)
      let signal = sigtimedwait(&set, nil, &limit)
      return signal > 0 ? signal : nil
    } end: {
      var set = old
      pthread_sigmask(SIG_SETMASK, &set, nil)
    }
  }
}
