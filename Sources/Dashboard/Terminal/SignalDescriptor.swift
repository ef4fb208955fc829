import CNcurses
import Glibc

/// Signals as something to be read, instead of something that strikes anywhere.
package struct SignalDescriptor: Sendable {
  /// Readable when one has come.
  let descriptor: Int32
  /// The next one, if one has come.
  let next: @Sendable () -> Int32?

  /// The signals that a screen or an engine answers to.
  static let watched = [SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH]

  /// Blocks them from now on, in this thread and in those that it starts: call it before there are
  /// any. A program that is started by this one must be given a clean mask. Nil when the system
  /// refuses.
  package static func blockAtStart() -> SignalDescriptor? {
    let descriptor = cn_signal_gate(watched, Int32(watched.count))
    guard descriptor >= 0 else { return nil }
    return SignalDescriptor(descriptor: descriptor) {
      let signal = cn_signal_next(descriptor)
      return signal == 0 ? nil : signal
    }
  }
}
