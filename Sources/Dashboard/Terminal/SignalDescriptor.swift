import CNcurses
import Glibc

/// A descriptor from which blocked signals are read, instead of handlers that interrupt anywhere.
package struct SignalDescriptor: Sendable {
  /// Readable when a signal is pending.
  let descriptor: Int32
  /// Takes the next pending signal; nil if there is none.
  let next: @Sendable () -> Int32?

  /// The signals that a screen or an engine handles.
  static let watched = [SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH]

  /// Blocks the signals in this thread and in those that it starts: call it before there are other
  /// threads. Child processes must be given a clean mask. Returns nil if the system refuses.
  package static func blockAtStart() -> SignalDescriptor? {
    let descriptor = cn_signal_gate(watched, Int32(watched.count))
    guard descriptor >= 0 else { return nil }
    return SignalDescriptor(descriptor: descriptor) {
      let signal = cn_signal_next(descriptor)
      return signal == 0 ? nil : signal
    }
  }
}
