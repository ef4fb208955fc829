import Basics
import DeploymentEngine
import DeploymentInterface
import EngineStore
import Posix

import struct Synchronization.Atomic

/// What the rest of the program tells the engine's thread, collected until that takes all of it
/// at once.
///
/// It is bounded by nature: there are as many outcomes as calls in flight, what drivers say unasked
/// has a bound of its own, and of everything else only the latest counts.
final class Mailbox: Sendable {
  struct Mail {
    /// Calls that came back.
    var outcomes: [CallResult] = []
    /// What providers said that exists, or is gone.
    var inventories: [(CallID, InventoryAnswer)] = []
    /// What drivers said unasked.
    var notices = NoticeBuffer()
    /// What to run on from now on.
    var configuration: Configuration?
    /// Who waits until the engine is idle.
    var idleWaiters: [IdleWaiter] = []
    /// When to stop at the latest; nil: go on.
    var stop: StopRequest?
  }

  /// To stop, and how long to wait for calls in flight.
  struct StopRequest {
    var draining: TimeSpan
  }

  private struct Box {
    var mail = Mail()
    var isSignalled = false
    var isClosed = false
  }
  private let box = Mutex(Box())
  private let signal = Semaphore()

  /// Puts something in and wakes the engine. After `close`, nothing is taken.
  func post(_ put: (inout Mail) -> Void) {
    let wakes = box.withLock { box -> Bool in
      if box.isClosed { return false }
      put(&box.mail)
      defer { box.isSignalled = true }
      return !box.isSignalled
    }
    if wakes { signal.signal() }
  }

  /// Wakes the engine without telling it anything.
  func wake() { post { _ in } }

  /// Everything since the last time; waits for it, but not longer than this.
  func take(waitingUpTo milliseconds: Int64) -> Mail {
    if milliseconds > 0 {
      _ = signal.wait(atMost: .milliseconds(milliseconds))
    }
    return box.withLock { box in
      box.isSignalled = false
      defer { box.mail = Mail() }
      return box.mail
    }
  }

  /// Takes nothing any more. Who waits is told that it was in vain.
  func close() {
    let waiters = box.withLock { box in
      box.isClosed = true
      defer { box.mail = Mail() }
      return box.mail.idleWaiters
    }
    for waiter in waiters { waiter.resume(false) }
  }

  /// Waits until the engine is idle.
  func waitUntilIdle(_ waiter: IdleWaiter, timeout: TimeSpan?) -> Bool {
    let isClosed = box.withLock { $0.isClosed }
    if isClosed { return false }
    post { $0.idleWaiters.append(waiter) }
    return waiter.wait(timeout)
  }
}

/// One who blocks until the engine is idle.
final class IdleWaiter: Sendable {
  private let done = Semaphore()
  private let isIdle = Atomic(false)

  func resume(_ idle: Bool) {
    isIdle.store(idle, ordering: .sequentiallyConsistent)
    done.signal()
  }

  func wait(_ timeout: TimeSpan?) -> Bool {
    guard let timeout else {
      done.wait()
      return isIdle.load(ordering: .sequentiallyConsistent)
    }
    return done.wait(atMost: timeout.duration) && isIdle.load(ordering: .sequentiallyConsistent)
  }
}
