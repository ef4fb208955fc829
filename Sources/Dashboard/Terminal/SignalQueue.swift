import CNcurses
package import DeploymentInterface
import Glibc

/// The signals that end an engine or make it reload its configuration, one at a time.
///
/// The signals are blocked and read here. Create the queue before any thread.
package struct SignalQueue {
  /// A signal that only means that there is something to check.
  package static let wake = SIGUSR1

  private let set: sigset_t

  package init() {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in [SIGTERM, SIGINT, SIGHUP, Self.wake] { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    self.set = set
  }

  /// Waits for the next signal; nil after `span`.
  package func next(within span: TimeSpan) -> Int32? {
    var set = set
    var limit = timespec(
      tv_sec: Int(span.milliseconds / 1000), tv_nsec: Int(span.milliseconds % 1000) * 1_000_000)
    let signal = sigtimedwait(&set, nil, &limit)
    return signal > 0 ? signal : nil
  }
}
