#if THREAD_SANITIZER
  import Glibc
#else
  import Synchronization
#endif

/// A value protected by a lock: the only lock of this package, a wrapper of the standard library's.
///
/// ThreadSanitizer does not see the standard library's lock, which it did not instrument, and would
/// report each value behind it. Builds for ThreadSanitizer use the POSIX lock, which it knows, so
/// that its reports are true.
package struct Mutex<Value: ~Copyable>: ~Copyable {
  #if THREAD_SANITIZER
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let value: UnsafeMutablePointer<Value>
  #else
    private let standard: Synchronization.Mutex<Value>
  #endif

  /// Protects a value with a new lock.
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

  /// Runs a body with exclusive access to the value. The body must not take the same lock again,
  /// and should be short: other threads wait.
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
