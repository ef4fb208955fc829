import DeploymentInterface
import Posix
import SafeTexts

/// Looks into `/proc` for a driver. Where that cannot be read now, nothing is known, and the call
/// is made again later.
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
  /// The process, while it lives and carries the mark.
  func found(with mark: OwnershipTag) throws(DeploymentFailure) -> ProcessStat? {
    guard let stat = try readingProc(try stat()), !stat.isGone,
      try OwnershipTag.find(at: pid) == mark
    else { return nil }
    return stat
  }
}
