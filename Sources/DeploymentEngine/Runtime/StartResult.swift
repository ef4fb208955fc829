import Basics
import DeploymentInterface
import EngineStore
import Posix

/// How the start of an engine went, from its thread to the one that wants to know.
final class StartResult: Sendable {
  private let failure = Mutex<StoreFailure?>(nil)
  private let done = Semaphore()

  func set(_ failure: StoreFailure?) {
    self.failure.withLock { $0 = failure }
    done.signal()
  }

  func wait() -> StoreFailure? {
    done.wait()
    return failure.withLock { $0 }
  }
}
