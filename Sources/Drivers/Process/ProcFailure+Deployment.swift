import DeploymentInterface
import Posix
import SafeTexts

/// Reads `/proc` for a driver. If it cannot be read now, the failure is transient and the call is
/// retried.
func readingProc<Value>(
  _ look: @autoclosure () throws(ProcFailure) -> Value
) throws(DeploymentFailure) -> Value {
  do throws(ProcFailure) {
    return try look()
  } catch {
    let reason = "cannot read the processes: \(error.path): \(error.error.text)"
    throw .init(.transient, SafeText(reason))
  }
}

extension ProcessIdentity {
  /// The process if it lives and carries the mark.
  func found(with mark: OwnershipTag) throws(DeploymentFailure) -> ProcessStat? {
    guard let stat = try readingProc(try stat()), !stat.isGone,
      try OwnershipTag.find(at: pid) == mark
    else { return nil }
    return stat
  }
}
