import Glibc

/// A counting semaphore whose waits may have a timeout.
///
/// Dispatch's semaphore waits for a time of day on Linux: if the clock is set back by an hour, a
/// wait of a second lasts an hour longer. This one uses the monotonic clock.
package final class Semaphore: Sendable {
  private let condition: Condition

  /// A semaphore with a count of 0.
  package init() { condition = Condition() }

  /// Ends one wait, either a current one or the next.
  package func signal() { condition.raise() }

  /// Waits for a signal, without a limit.
  package func wait() { _ = condition.wait(until: nil) }

  /// Waits for a signal.
  ///
  /// - Parameter span: maximum time to wait; a negative span counts as zero.
  /// - Returns: false if the time is over.
  package func wait(atMost span: Duration) -> Bool {
    var end = timespec()
    clock_gettime(CLOCK_MONOTONIC, &end)
    let (seconds, attoseconds) = max(.zero, span).components
    // About 270 years, so that the sum cannot overflow.
    end.tv_sec += Int(min(seconds, 1 << 33))
    end.tv_nsec += Int(attoseconds / 1_000_000_000)
    if end.tv_nsec >= 1_000_000_000 {
      end.tv_sec += 1
      end.tv_nsec -= 1_000_000_000
    }
    return condition.wait(until: end)
  }
}

/// A POSIX condition variable, its count and the lock that guards the count.
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

  /// Returns false if `end` passed first.
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
