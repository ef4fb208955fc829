import DeploymentInterface
import Dispatch
import Foundation

/// Threads for calls that block: as many as are needed at once, up to a limit. A call that never
/// comes back keeps its thread, and nobody else's.
final class WorkerThreads: @unchecked Sendable {
  // Everything below is guarded by the lock of `condition`.
  private let condition = NSCondition()
  private var work: [@Sendable () -> Void] = []
  private var threads = 0
  private var idle = 0
  private let limit: Int
  private static let patience = 10.0

  init(limit: Int) { self.limit = limit }

  /// Runs it as soon as a thread is free.
  func run(_ body: @escaping @Sendable () -> Void) {
    condition.lock()
    defer { condition.unlock() }
    work.append(body)
    if idle >= work.count {
      condition.signal()
    } else if threads < limit {
      threads += 1
      let thread = Thread { [self] in serve() }
      thread.name = "libvirt"
      thread.start()
    }
  }

  private func serve() {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if work.isEmpty, !waitForWork() {
        threads -= 1
        return
      }
      guard !work.isEmpty else { continue }
      let body = work.removeFirst()
      condition.unlock()
      body()
      condition.lock()
    }
  }

  /// False: there was none for so long that the thread ends.
  private func waitForWork() -> Bool {
    idle += 1
    defer { idle -= 1 }
    return condition.wait(until: Date(timeIntervalSinceNow: Self.patience)) || !work.isEmpty
  }
}

/// One answer for one who waits; whoever is first gives it.
final class Once<Value: Sendable>: Sendable {
  private let waiting: Mutex<CheckedContinuation<Value, Never>?>

  init(_ continuation: CheckedContinuation<Value, Never>) {
    waiting = Mutex(continuation)
  }

  /// False: an answer was given before.
  @discardableResult
  func give(_ value: Value) -> Bool {
    let continuation = waiting.withLock { waiting in
      let continuation = waiting
      waiting = nil
      return continuation
    }
    continuation?.resume(returning: value)
    return continuation != nil
  }

  /// Nobody waits any more.
  var isGiven: Bool { waiting.withLock { $0 == nil } }

  /// Gives this answer if there is none by then.
  func give(_ value: Value, after span: TimeSpan) {
    DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(span.milliseconds))) {
      self.give(value)
    }
  }
}
