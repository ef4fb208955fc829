import Glibc

/// Lets one thread wait for another, for a while at most.
///
/// Not the one of Dispatch, which on Linux waits for a time of day: where the clock is set back by
/// an hour, a wait of a second lasts an hour longer. This one waits by the clock that nobody sets.
package final class Semaphore: Sendable {
  private let condition: Condition

  /// A semaphore that nobody has signalled.
  package init() { condition = Condition() }

  /// Lets one wait end: one that lasts, or the next.
  package func signal() { condition.raise() }

  /// Waits for a signal, however long.
  package func wait() { _ = condition.wait(until: nil) }

  /// Waits for a signal.
  ///
  /// - Parameter span: how long at most; less than nothing is nothing.
  /// - Returns: false: there was none in that time.
  package func wait(atMost span: Duration) -> Bool {
    var end = timespec()
    clock_gettime(CLOCK_MONOTONIC, &end)
    let (seconds, attoseconds) = max(.zero, span).components
    // Some hundred years, which no sum of seconds overflows.
    end.tv_sec += Int(min(seconds, 1 << 33))
    end.tv_nsec += Int(attoseconds / 1_000_000_000)
    if end.tv_nsec >= 1_000_000_000 {
      end.tv_sec += 1
      end.tv_nsec -= 1_000_000_000
    }
    return condition.wait(until: end)
  }
}

/// The system's condition and the lock that guards its count.
private final class Condition: @unchecked Sendable {
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let raised = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var count = 0

  init() {
    pthread_mutex_init(lock, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(raised, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(raised)
    pthread_mutex_destroy(lock)
    raised.deallocate()
    lock.deallocate()
  }

  func raise() {
    pthread_mutex_lock(lock)
    count += 1
    pthread_cond_signal(raised)
    pthread_mutex_unlock(lock)
  }

  /// True: it was raised; false: the moment came first.
  func wait(until end: timespec?) -> Bool {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while count == 0 {
      guard var end else {
        pthread_cond_wait(raised, lock)
        continue
      }
      if pthread_cond_timedwait(raised, lock, &end) == ETIMEDOUT, count == 0 { return false }
    }
    count -= 1
    return true
  }
}
