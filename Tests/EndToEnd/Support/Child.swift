import Glibc

/// A process that a test started, with its output in files.
///
/// It starts with a clean signal mask, so that it behaves as it would from a shell.
struct Child {
  let pid: pid_t

  /// How a process ended: its exit code, or 128 and the signal's number.
  typealias Status = Int32

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - environment: all of it; nothing is inherited.
  ///   - output: the file that takes standard output; nil: nothing does.
  ///   - errors: the same for standard error.
  init(
    _ program: String, _ arguments: [String], environment: [String: String],
    output: String? = nil, errors: String? = nil
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    let flags = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, 1, output ?? "/dev/null", flags, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, errors ?? "/dev/null", flags, 0o600)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    let words = ([program] + arguments).map { strdup($0) } + [nil]
    let pairs =
      environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (words + pairs).forEach { free($0) } }
    var pid: pid_t = 0
    let failure = posix_spawnp(&pid, program, &actions, &attributes, words, pairs)
    guard failure == 0 else {
      throw TooLate(description: "cannot start \(program): \(String(cString: strerror(failure)))")
    }
    self.pid = pid
  }

  /// How it ended; nil while it runs. After an answer the process is gone for good.
  func ended() -> Status? {
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }

  /// Waits for its end.
  func end(within seconds: Int = 60) throws -> Status {
    try eventually("the end of process \(pid)", within: seconds) { ended() }
  }

  func signal(_ number: Int32) { kill(pid, number) }
}
