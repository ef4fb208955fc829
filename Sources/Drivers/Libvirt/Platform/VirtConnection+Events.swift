import CLibvirt

extension VirtConnection {
  /// Receives the events of domains while the session is open.
  func listen(_ session: VirtSession) {
    let context = Unmanaged.passRetained(EventContext(self)).toOpaque()
    let answer = clibvirt_listen(
      session.pointer,
      { _, domain, event, detail, context in
        guard let domain, let context else { return 0 }
        Unmanaged<EventContext>.fromOpaque(context).takeUnretainedValue()
          .connection?.noticed(domain, event: event, detail: detail)
        return 0
      }, context,
      { context in
        if let context { Unmanaged<EventContext>.fromOpaque(context).release() }
      })
    // Without events, changes are noticed when a domain is next checked.
    if answer < 0 { Unmanaged<EventContext>.fromOpaque(context).release() }
  }

  /// Runs on the thread of the event loop, where libvirt must not be called.
  private func noticed(_ domain: virDomainPtr, event: Int32, detail: Int32) {
    var text = [CChar](repeating: 0, count: Int(VIR_UUID_STRING_BUFLEN))
    guard virDomainGetUUIDString(domain, &text) == 0 else { return }
    let bytes = text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    let uuid = String(decoding: bytes, as: UTF8.self)
    guard let change = Change(event: event, detail: detail) else { return }
    if let notice = expectations.compare(uuid, with: change) { listeners.tell(notice) }
  }
}

/// The context of an event callback; refers to the connection without keeping it open.
private final class EventContext: Sendable {
  private let weak: WeakConnection
  var connection: VirtConnection? { weak.connection }
  init(_ connection: VirtConnection) { weak = WeakConnection(connection) }
}

/// The change of a domain that an event reports.
struct Change: Hashable, Sendable {
  let state: ExpectedStates.State
  /// The change as a clause.
  let words: String

  init(_ state: ExpectedStates.State, _ words: String) {
    self.state = state
    self.words = words
  }

  /// Returns nil for events that do not matter here.
  init?(event: Int32, detail: Int32) {
    switch virDomainEventType(UInt32(bitPattern: event)) {
    case VIR_DOMAIN_EVENT_STOPPED:
      self.init(.off, Self.ending(UInt32(bitPattern: detail)))
    case VIR_DOMAIN_EVENT_CRASHED: self.init(.off, "it crashed")
    case VIR_DOMAIN_EVENT_UNDEFINED: self.init(.absent, "it was undefined")
    case VIR_DOMAIN_EVENT_STARTED: self.init(.running, "it was started")
    default: return nil
    }
  }

  private static func ending(_ detail: UInt32) -> String {
    let ending: Power.Ending =
      switch virDomainEventStoppedDetailType(detail) {
      case VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN: .shutDown
      case VIR_DOMAIN_EVENT_STOPPED_DESTROYED: .destroyed
      case VIR_DOMAIN_EVENT_STOPPED_CRASHED: .crashed
      case VIR_DOMAIN_EVENT_STOPPED_SAVED: .saved
      case VIR_DOMAIN_EVENT_STOPPED_FAILED: .failed
      case VIR_DOMAIN_EVENT_STOPPED_MIGRATED: .elsewhere
      default: .unknown
      }
    return ending.rawValue
  }
}
