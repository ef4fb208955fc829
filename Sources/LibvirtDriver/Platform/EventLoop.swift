import CLibvirt
import Foundation

/// libvirt's own event loop on a thread of its own: it notices dead connections and brings events.
enum EventLoop {
  /// Starts it before the first connection is opened; later calls do nothing.
  static func start() { _ = isStarted }

  private static let isStarted: Bool = {
    clibvirt_silence()
    guard virInitialize() == 0, virEventRegisterDefaultImpl() == 0 else { return false }
    let thread = Thread {
      // It waits in `poll`; an error of one round says nothing about the next.
      while true { virEventRunDefaultImpl() }
    }
    thread.name = "libvirt events"
    thread.start()
    return true
  }()
}
