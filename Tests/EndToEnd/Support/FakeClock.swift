import Foundation
import Glibc
import TestSupport

/// The clocks as the programs of one place see them: moved or stopped, while those of the machine
/// go on.
///
/// A library that is put before the C library answers `clock_gettime`; what the kernel waits for
/// goes on as ever.
final class FakeClock {
  private let library: String
  private let settings: String
  private let memory: UnsafeMutablePointer<Int64>

  init(in place: CommandEnvironment) throws {
    library = place.folder + "/clock.so"
    settings = place.folder + "/clock"
    try place.write(Self.source, to: library + ".c")
    try place.tool("clang", "-shared", "-fPIC", "-O1", "-o", library, library + ".c")
    try Data(count: 4096).write(to: URL(fileURLWithPath: settings))
    let file = open(settings, O_RDWR | O_CLOEXEC)
    defer { close(file) }
    guard file >= 0, let raw = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0),
      raw != MAP_FAILED
    else { throw TooLate(description: "the clock's settings cannot be shared") }
    memory = raw.bindMemory(to: Int64.self, capacity: 3)
    place.added = ["LD_PRELOAD": library, "DASHBOARD_TEST_CLOCK": settings]
  }

  deinit { munmap(memory, 4096) }

  /// Sets the time of day so much on or back.
  func setTimeOfDay(by seconds: Int64) { memory[0] = seconds }

  /// Both clocks show what they show now, from now on; or they go on from there, late by as much.
  func stop() {
    memory[1] = Self.nanoseconds(CLOCK_MONOTONIC)
  }
  func goOn() {
    memory[2] += Self.nanoseconds(CLOCK_MONOTONIC) - memory[1]
    memory[1] = 0
  }

  private static func nanoseconds(_ clock: clockid_t) -> Int64 {
    var now = timespec()
    clock_gettime(clock, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
  }

  /// Settings: how much the time of day was set, in seconds; when both clocks were stopped, in
  /// nanoseconds of the monotonic one, 0: they go; how long they have stood before.
  private static let source = """
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <stdlib.h>
    #include <sys/mman.h>
    #include <sys/syscall.h>
    #include <time.h>
    #include <unistd.h>

    #include <dlfcn.h>
    #include <pthread.h>

    static volatile long long *settings;

    __attribute__((constructor)) static void share(void) {
      const char *path = getenv("DASHBOARD_TEST_CLOCK");
      int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
      if (file < 0) return;
      void *memory = mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0);
      if (memory != MAP_FAILED) settings = memory;
      close(file);
    }

    static long long ask(clockid_t clock) {
      struct timespec now = {0, 0};
      syscall(SYS_clock_gettime, clock, &now);
      return now.tv_sec * 1000000000LL + now.tv_nsec;
    }

    int clock_gettime(clockid_t clock, struct timespec *now) {
      if (syscall(SYS_clock_gettime, clock, now) != 0) return -1;
      if (!settings) return 0;
      if (clock == CLOCK_THREAD_CPUTIME_ID || clock == CLOCK_PROCESS_CPUTIME_ID) return 0;
      long long stopped = settings[1], late = settings[2];
      if (stopped != 0) late += ask(CLOCK_MONOTONIC) - stopped;
      long long shown = now->tv_sec * 1000000000LL + now->tv_nsec - late;
      if (clock == CLOCK_REALTIME) shown += settings[0] * 1000000000LL;
      now->tv_sec = shown / 1000000000LL;
      now->tv_nsec = shown % 1000000000LL;
      return 0;
    }

    /* The kernel waits by its own clock: what was reckoned by ours is so much earlier. */
    int pthread_cond_timedwait(
        pthread_cond_t *condition, pthread_mutex_t *lock, const struct timespec *end) {
      static int (*wait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
      if (!wait) wait = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
      if (!settings) return wait(condition, lock, end);
      long long stopped = settings[1], late = settings[2];
      if (stopped != 0) late += ask(CLOCK_MONOTONIC) - stopped;
      long long moved = end->tv_sec * 1000000000LL + end->tv_nsec + late;
      struct timespec other = {moved / 1000000000LL, moved % 1000000000LL};
      return wait(condition, lock, &other);
    }

    """
}
