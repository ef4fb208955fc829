import DeploymentInterface
import Glibc
import Posix

/// A snapshot of all processes of the machine except our own, with their marks.
struct ProcessTable: Sendable {
  /// A process, and its mark if it has one that can be read.
  struct Entry: Sendable {
    let stat: ProcessStat
    let mark: OwnershipTag?
  }

  /// The processes that have not ended, by pid.
  let entries: [Entry]
  /// Whether none ended while it was read. Otherwise one that such a process has just started may
  /// be missing.
  let isComplete: Bool

  /// - Parameter earliest: leaves out processes that started earlier; a process is younger than its
  ///   parent.
  init(startedSince earliest: UInt64 = 0) throws(DeploymentFailure) {
    var entries: [Entry] = []
    var isComplete = true
    // The newest first: one that soon starts another and ends is still there when it is read.
    for pid in try readingProc(try Proc.ids()).reversed() where pid > 1 && pid != getpid() {
      guard let stat = try readingProc(try Proc.stat(pid)) else {
        isComplete = false
        continue
      }
      if stat.isGone {
        if Self.isYoung(stat) { isComplete = false }
        continue
      }
      guard stat.startTime >= earliest else { continue }
      let mark = try OwnershipTag.find(at: pid)
      if mark == nil, Self.isYoung(stat), try readingProc(try Proc.stat(pid))?.isGone ?? true {
        isComplete = false
      }
      entries.append(Entry(stat: stat, mark: mark))
    }
    self.entries = entries.reversed()
    self.isComplete = isComplete
  }

  /// Whether it started so lately that it may have ended during this look.
  private static func isYoung(_ stat: ProcessStat) -> Bool {
    stat.startTime + 2 * SystemClock.ticksPerSecond >= SystemClock.ticksSinceBoot
  }
}
