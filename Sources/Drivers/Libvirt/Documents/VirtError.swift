import CLibvirt
import DeploymentInterface
import SafeTexts

/// What libvirt said went wrong, or what we say when it said nothing.
struct VirtError: Error, Hashable, Sendable {
  /// One of libvirt's `virErrorNumber`; `silence` for a call that did not come back.
  let code: Int32
  /// The part of libvirt that it came from: one of `virErrorDomain`.
  let domain: Int32
  /// What it said.
  let message: String

  init(code: Int32, domain: Int32 = 0, _ message: String) {
    self.code = code
    self.domain = domain
    self.message = message
  }

  /// Our own refusal: trying again would not help.
  static func refusal(_ message: String) -> VirtError {
    .init(code: number(VIR_ERR_OPERATION_DENIED), message)
  }

  /// The call did not come back in time.
  static let silence: Int32 = -1

  /// The last error of this thread; libvirt keeps one for each.
  static func last() -> VirtError {
    guard let error = virGetLastError() else {
      return .init(code: number(VIR_ERR_INTERNAL_ERROR), "libvirt gave no reason")
    }
    let text = error.pointee.message.map { String(cString: $0) } ?? "libvirt gave no reason"
    // What QEMU wrote before it ended has several lines.
    let line = text.split(whereSeparator: \.isNewline).joined(separator: "; ")
    return .init(code: error.pointee.code, domain: error.pointee.domain, line)
  }

  static func number(_ code: virErrorNumber) -> Int32 { Int32(bitPattern: code.rawValue) }

  func isAny(of codes: virErrorNumber...) -> Bool {
    codes.contains { Self.number($0) == code }
  }

  /// There is nothing of that name.
  var isAbsence: Bool { isAny(of: VIR_ERR_NO_DOMAIN, VIR_ERR_NO_STORAGE_VOL) }

  /// This hypervisor cannot do that at all.
  var isUnsupported: Bool {
    isAny(
      of: VIR_ERR_NO_SUPPORT, VIR_ERR_OPERATION_UNSUPPORTED, VIR_ERR_ARGUMENT_UNSUPPORTED,
      VIR_ERR_CONFIG_UNSUPPORTED)
  }

  /// Whether it may work later: the connection, the time, the memory or the space was missing.
  var isTransient: Bool {
    if isAny(
      of: VIR_ERR_NO_CONNECT, VIR_ERR_RPC, VIR_ERR_OPERATION_TIMEOUT, VIR_ERR_RESOURCE_BUSY,
      VIR_ERR_AGENT_UNRESPONSIVE, VIR_ERR_SSH, VIR_ERR_LIBSSH, VIR_ERR_NO_SERVER,
      VIR_ERR_NO_MEMORY, VIR_ERR_UNKNOWN_HOST, VIR_ERR_GNUTLS_ERROR, VIR_ERR_INVALID_CONN,
      VIR_ERR_NO_CLIENT, VIR_ERR_OPERATION_ABORTED)
    {
      return true
    }
    let isOfTheWire = [VIR_FROM_RPC, VIR_FROM_REMOTE].contains { $0.rawValue == UInt32(domain) }
    let texts = ["No space left", "Not enough free space", "Cannot allocate memory", "end of file"]
    return isOfTheWire && isAny(of: VIR_ERR_SYSTEM_ERROR, VIR_ERR_INTERNAL_ERROR)
      || texts.contains { message.contains($0) }
  }

  /// The same for the engine.
  var failure: DeploymentFailure { failure("") }

  /// The same for the engine, after what was being done.
  func failure(_ doing: String) -> DeploymentFailure {
    let kind: FailureClass =
      code == Self.silence ? .unknown : isTransient ? .transient : .permanent
    return .init(kind, SafeText(doing.isEmpty ? message : "\(doing): \(message)"))
  }
}
