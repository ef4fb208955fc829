import CLibvirt
import DeploymentInterface
import SafeTexts

/// An error of libvirt, or our own.
struct VirtError: Error, Hashable, Sendable {
  /// One of libvirt's `virErrorNumber`; `silence` for a call that did not return in time.
  let code: Int32
  /// The part of libvirt that reported it: one of `virErrorDomain`.
  let domain: Int32
  /// The message.
  let message: String

  init(code: Int32, domain: Int32 = 0, _ message: String) {
    self.code = code
    self.domain = domain
    self.message = message
  }

  /// Our own refusal, which is not retried.
  static func refusal(_ message: String) -> VirtError {
    .init(code: number(VIR_ERR_OPERATION_DENIED), message)
  }

  /// The code of a call that did not return in time.
  static let silence: Int32 = -1

  /// The last error of this thread; libvirt keeps one per thread.
  static func last() -> VirtError {
    guard let error = virGetLastError() else {
      return .init(code: number(VIR_ERR_INTERNAL_ERROR), "libvirt gave no reason")
    }
    let text = error.pointee.message.map { String(cString: $0) } ?? "libvirt gave no reason"
    // The output of a failed QEMU has several lines.
    let line = text.split(whereSeparator: \.isNewline).joined(separator: "; ")
    return .init(code: error.pointee.code, domain: error.pointee.domain, line)
  }

  static func number(_ code: virErrorNumber) -> Int32 { Int32(bitPattern: code.rawValue) }

  func isAny(of codes: virErrorNumber...) -> Bool {
    codes.contains { Self.number($0) == code }
  }

  /// Whether the domain or volume does not exist.
  var isAbsence: Bool { isAny(of: VIR_ERR_NO_DOMAIN, VIR_ERR_NO_STORAGE_VOL) }

  /// Whether this hypervisor does not support the call.
  var isUnsupported: Bool {
    isAny(
      of: VIR_ERR_NO_SUPPORT, VIR_ERR_OPERATION_UNSUPPORTED, VIR_ERR_ARGUMENT_UNSUPPORTED,
      VIR_ERR_CONFIG_UNSUPPORTED)
  }

  /// Whether a retry may succeed: a lost connection, a timeout, or a lack of memory or space.
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

  /// The error as a failure for the engine.
  var failure: DeploymentFailure { failure("") }

  /// The error as a failure for the engine, prefixed with the operation.
  func failure(_ doing: String) -> DeploymentFailure {
    let kind: FailureClass =
      code == Self.silence ? .unknown : isTransient ? .transient : .permanent
    return .init(kind, SafeText(doing.isEmpty ? message : "\(doing): \(message)"))
  }
}
