#if THREAD_SANITIZER
  import Glibc
#else
  import Synchronization
#endif

/// A value behind a lock: the one lock of this house, with the standard library's inside.
///
/// ThreadSanitizer does not see that one, whose code it did not compile, and would report every
/// value behind it. Where a build is for ThreadSanitizer, POSIX's stands in its place, which it
/// knows, so that what it reports is true.
package struct Mutex<Value: ~Copyable>: ~Copyable {
  #if THREAD_SANITIZER
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let value: UnsafeMutablePointer<Value>
  #else
    private let standard: Synchronization.Mutex<Value>
  #endif

  /// Puts a value behind a new lock.
  package init(_ value: consuming sending Value) {
    #if THREAD_SANITIZER
      lock = .allocate(capacity: 1)
      lock.initialize(to: pthread_mutex_t())
      pthread_mutex_init(lock, nil)
      self.value = .allocate(capacity: 1)
      self.value.initialize(to: value)
    #else
      standard = Synchronization.Mutex(value)
    #endif
  }

  /// Runs a body that alone has the value. It must not take the same lock again, and should be
  /// short: everybody else waits.
  package borrowing func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    #if THREAD_SANITIZER
      pthread_mutex_lock(lock)
      defer { pthread_mutex_unlock(lock) }
      return try body(&value.pointee)
    #else
      return try standard.withLock(body)
    #endif
  }

  #if THREAD_SANITIZER
    deinit {
      value.deinitialize(count: 1)
      value.deallocate()
      pthread_mutex_destroy(lock)
      lock.deallocate()
    }
  #endif
}

// The value is reached only in `withLock`, under the lock.
extension Mutex: @unchecked Sendable where Value: ~Copyable {}
