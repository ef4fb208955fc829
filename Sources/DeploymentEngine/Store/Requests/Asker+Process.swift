public import DeploymentEngine
import Posix
import SafeTexts

extension Asker {
  /// This process.
  public static let current = Asker(.current)

  /// A process; its machine comes last, because it can contain anything.
  package init(_ holder: HolderProcess) {
    self.init(
      SafeText("\(holder.process.pid) \(holder.process.startTime) \(holder.machine)"))
  }

  /// Whether the process has ended. False if that cannot be known: it belongs to another PID
  /// namespace, or is hidden from this user.
  package var hasEnded: Bool { holder?.hasEnded ?? false }

  private var holder: HolderProcess? {
    let parts = text.text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let pid = Int32(parts[0]), pid > 0, let start = UInt64(parts[1]) else {
      return nil
    }
    var holder = HolderProcess(
      process: ProcessIdentity(pid: pid, startTime: start, bootID: ""), host: "")
    holder.machine = String(parts[2])
    return holder
  }
}
