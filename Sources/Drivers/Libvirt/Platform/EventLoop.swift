import Basics
import CLibvirt
import DeploymentInterface
import Foundation
import FoundationXML

/// libvirt's event loop on its own thread: it detects dead connections and delivers events.
enum EventLoop {
  private static let isStarted = Mutex(false)

  /// Loads libvirt and starts its loop before the first connection is opened; later calls do
  /// nothing. Throws if libvirt is not installed.
  static func start() throws(VirtError) {
    try isStarted.withLock { isStarted throws(VirtError) in
      if isStarted { return }
      // Foundation's first parser changes global state of libxml2, which libvirt uses on other
      // threads from here on.
      _ = XMLParser(data: Data())
      if let reason = clibvirt_load() {
        throw .init(
          code: VirtError.number(VIR_ERR_NO_CLIENT),
          "cannot load libvirt (\(String(cString: reason))): apt-get install libvirt0")
      }
      clibvirt_silence()
      guard virInitialize() == 0, virEventRegisterDefaultImpl() == 0 else { throw .last() }
      let thread = Thread {
        // It waits in `poll`. An error in one round does not affect the next.
        while true { virEventRunDefaultImpl() }
      }
      thread.name = "libvirt events"
      thread.start()
      isStarted = true
    }
  }
}
