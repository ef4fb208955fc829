import Basics
import DeploymentInterface
import GRDB
import Glibc
import Posix

/// Decides how long a connection waits for a lock of another process.
///
/// The engine tries again after short pauses, so that hundreds of processes that submit requests at
/// once do not keep it waiting. The pauses of the others are random and grow, so that they leave
/// the processor to those who have the lock. Nobody gives up while others make progress: the lock
/// is then only in demand, and not held by a process that has stopped.
final class BusyWait: Sendable {
  private let log: String
  private let isEngine: Bool
  private let limit: TimeSpan
  private struct State {
    var progress: FileStatus?
    /// Since when the log has not changed.
    var since = Moment(milliseconds: 0)
  }
  private let state = Mutex(State())

  init(_ purpose: StoreConnection.Purpose, _ paths: StorePaths) {
    log = paths.log
    isEngine = purpose == .engine
    limit = isEngine ? .seconds(2) : .seconds(5)
  }

  var callback: Database.BusyCallback { { [self] in shouldTryAgain(after: $0) } }

  private func shouldTryAgain(after tries: Int) -> Bool {
    let now = EngineClock.system.now.moment
    let status = try? FileStatus(path: log)
    let waited = state.withLock { state -> TimeSpan in
      if tries == 0 || status?.modified != state.progress?.modified
        || status?.size != state.progress?.size
      {
        state = State(progress: status, since: now)
      }
      return now - state.since
    }
    guard waited < limit else { return false }
    let longest: UInt32 = isEngine ? 1500 : min(100_000, 2000 << UInt32(min(tries, 6)))
    usleep(UInt32.random(in: longest / 4...longest))
    return true
  }
}
