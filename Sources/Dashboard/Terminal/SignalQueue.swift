import CNcurses
package import DeploymentInterface
import Glibc

/// The signals that end an engine or make it read its configuration again, one after the other.
///
/// They are blocked, so that they strike nowhere and are read here. It must be made before any
/// thread is.
package struct SignalQueue {
  /// Means nothing but that there is something to look at.
  package static let wake = SIGUSR1

  private let set: sigset_t

  package init() {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in [SIGTERM, SIGINT, SIGHUP, Self.wake] { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    self.set = set
  }

  /// The next one; nil when the time is over.
  package func next(within span: TimeSpan) -> Int32? {
    var set = set
    var limit = timespec(
      tv_sec: Int(span.milliseconds / 1000), tv_nsec: Int(span.milliseconds % 1000) * 1_000_000)
    let signal = sigtimedwait(&set, nil, &limit)
    return signal > 0 ? signal : nil
  }
}
