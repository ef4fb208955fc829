import Basics
import CLibvirt
import DeploymentInterface
import Foundation
import FoundationXML

/// libvirt's own event loop on a thread of its own: it notices dead connections and brings events.
enum EventLoop {
  private static let isStarted = Mutex(false)

  /// Loads libvirt and starts its loop, before the first connection is opened; later calls do
  /// nothing. Throws when this machine has no libvirt.
  static func start() throws(VirtError) {
    try isStarted.withLock { isStarted throws(VirtError) in
      if isStarted { return }
      // Foundation changes the state of libxml2 with its first parser. Libvirt works with the same
      // libxml2 on other threads from here on.
      _ = XMLParser(data: Data())
      if let reason = clibvirt_load() {
        throw .init(
          code: VirtError.number(VIR_ERR_NO_CLIENT),
          "cannot load libvirt (\(String(cString: reason))): apt-get install libvirt0")
      }
      clibvirt_silence()
      guard virInitialize() == 0, virEventRegisterDefaultImpl() == 0 else { throw .last() }
      let thread = Thread {
        // It waits in `poll`; an error of one round says nothing about the next.
        while true { virEventRunDefaultImpl() }
      }
      thread.name = "libvirt events"
      thread.start()
      isStarted = true
    }
  }
}
