import CLibvirt

/// The power state of a domain, and libvirt's reason for it.
enum Power: Hashable, Sendable {
  case running
  case paused(Pause)
  /// The guest is suspended to memory (S3).
  case asleep
  /// It is being shut down.
  case ending
  case off(Ending)
  case crashed

  /// Why it is paused.
  enum Pause: Hashable, Sendable {
    /// Somebody paused it, or the reason is unknown.
    case byHand
    /// It is being saved, started, migrated or dumped.
    case atWork
    /// Its disk could not be read or written.
    case failure
  }

  /// Why it is off.
  enum Ending: String, Hashable, Sendable {
    case unknown = "for an unknown reason"
    case shutDown = "the guest shut down"
    case destroyed = "it was switched off (virsh destroy)"
    case crashed = "it crashed"
    case saved = "it was saved"
    case failed = "it could not be started"
    case elsewhere = "it was moved to another host"
    case host = "the host or its libvirt was restarted"
  }

  init(state: Int32, reason: Int32) {
    switch virDomainState(UInt32(bitPattern: state)) {
    case VIR_DOMAIN_PAUSED: self = .paused(Self.pause(UInt32(bitPattern: reason)))
    case VIR_DOMAIN_SHUTDOWN: self = .ending
    case VIR_DOMAIN_SHUTOFF: self = .off(Self.ending(UInt32(bitPattern: reason)))
    case VIR_DOMAIN_CRASHED: self = .crashed
    case VIR_DOMAIN_PMSUSPENDED: self = .asleep
    default: self = .running
    }
  }

  private static func pause(_ reason: UInt32) -> Pause {
    switch virDomainPausedReason(reason) {
    case VIR_DOMAIN_PAUSED_IOERROR, VIR_DOMAIN_PAUSED_CRASHED: .failure
    case VIR_DOMAIN_PAUSED_SAVE, VIR_DOMAIN_PAUSED_STARTING_UP, VIR_DOMAIN_PAUSED_MIGRATION,
      VIR_DOMAIN_PAUSED_DUMP, VIR_DOMAIN_PAUSED_SHUTTING_DOWN:
      .atWork
    default: .byHand
    }
  }

  private static func ending(_ reason: UInt32) -> Ending {
    switch virDomainShutoffReason(reason) {
    case VIR_DOMAIN_SHUTOFF_SHUTDOWN: .shutDown
    case VIR_DOMAIN_SHUTOFF_DESTROYED: .destroyed
    case VIR_DOMAIN_SHUTOFF_CRASHED: .crashed
    case VIR_DOMAIN_SHUTOFF_SAVED: .saved
    case VIR_DOMAIN_SHUTOFF_FAILED: .failed
    case VIR_DOMAIN_SHUTOFF_MIGRATED: .elsewhere
    case VIR_DOMAIN_SHUTOFF_DAEMON: .host
    default: .unknown
    }
  }
}

extension Power {
  /// Whether it is switched off.
  var isOff: Bool {
    switch self {
    case .off, .crashed: true
    case .running, .paused, .asleep, .ending: false
    }
  }

  /// The state as a clause.
  var words: String {
    switch self {
    case .running: "it runs"
    case .paused(.failure): "it is paused because of a disk error"
    case .paused: "it is paused"
    case .asleep: "the guest sleeps"
    case .ending: "it is being shut down"
    case .off(let ending): ending.rawValue
    case .crashed: "it crashed"
    }
  }
}
