import Basics
import DeploymentEngine
import DeploymentInterface
import EngineStore
import Posix

import struct Synchronization.Atomic

/// Messages from the rest of the program to the engine's thread, which takes all of them at once.
///
/// Its size is bounded: there are at most as many results as calls in flight, `NoticeBuffer` has a
/// limit, and of everything else only the latest message is kept.
final class Mailbox: Sendable {
  struct Mail {
    /// Results of calls.
    var outcomes: [CallResult] = []
    /// Answers of inventories.
    var inventories: [(CallID, InventoryAnswer)] = []
    /// Notices of drivers.
    var notices = NoticeBuffer()
    /// Whether there are new requests in the drop box.
    var hasDrops = false
    /// Requests to reload whose file has been read; at most one.
    var reloads: [(Request, ReloadResult)] = []
    /// The new configuration, if it was changed.
    var configuration: Configuration?
    /// Threads that wait until the engine is idle.
    var idleWaiters: [IdleWaiter] = []
    /// A request to stop, if there is one.
    var stop: StopRequest?
  }

  /// A request to stop, with the maximum time to wait for calls in flight.
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

  /// Adds a message and wakes the engine. Does nothing after `close`.
  func post(_ put: (inout Mail) -> Void) {
    let wakes = box.withLock { box -> Bool in
      if box.isClosed { return false }
      put(&box.mail)
      defer { box.isSignalled = true }
      return !box.isSignalled
    }
    if wakes { signal.signal() }
  }

  /// Wakes the engine without a message.
  func wake() { post { _ in } }

  /// Takes all messages; waits for the first one at most this long.
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

  /// Rejects further messages, and resumes all waiting threads with false.
  func close() {
    let waiters = box.withLock { box in
      box.isClosed = true
      defer { box.mail = Mail() }
      return box.mail.idleWaiters
    }
    for waiter in waiters { waiter.resume(false) }
  }

  /// Blocks until the engine is idle; returns false on a timeout or after `close`.
  func waitUntilIdle(_ waiter: IdleWaiter, timeout: TimeSpan?) -> Bool {
    let isClosed = box.withLock { $0.isClosed }
    if isClosed { return false }
    post { $0.idleWaiters.append(waiter) }
    return waiter.wait(timeout)
  }
}

/// A thread that blocks until the engine is idle.
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
