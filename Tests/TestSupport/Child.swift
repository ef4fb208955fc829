import Foundation
import Glibc

/// A process that a test started. It reads nothing, and starts with a clean signal mask, so that it
/// behaves as it would from a shell.
package final class Child {
  /// Its number.
  package let pid: Int32
  /// How it ended, once that was asked for: the system says it only once.
  private var status: Status?

  /// How a process ended: its exit code, or 128 and the signal's number.
  package typealias Status = Int32

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - program: its path, or its name in `PATH`.
  ///   - arguments: what follows the name.
  ///   - environment: all of it; nil: that of the test.
  ///   - output: the file that takes standard output; nil: nothing does.
  ///   - errors: the same for standard error.
  ///   - descriptor: a descriptor that the child has open, too.
  package init(
    _ program: String, _ arguments: [String] = [], environment: [String: String]? = nil,
    output: String? = nil, errors: String? = nil, keeping descriptor: Int32? = nil
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    let flags = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, 1, output ?? "/dev/null", flags, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, errors ?? "/dev/null", flags, 0o600)
    if let descriptor { posix_spawn_file_actions_adddup2(&actions, descriptor, 100) }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    let words = ([program] + arguments).map { strdup($0) } + [nil]
    let variables = environment ?? ProcessInfo.processInfo.environment
    let pairs =
      variables.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (words + pairs).forEach { free($0) } }
    var pid: Int32 = 0
    let failure = posix_spawnp(&pid, program, &actions, &attributes, words, pairs)
    guard failure == 0 else {
      throw TooLate(description: "cannot start \(program): \(String(cString: strerror(failure)))")
    }
    self.pid = pid
  }

  /// How it ended; nil while it runs.
  package func ended() -> Status? {
    if let status { return status }
    var word: Int32 = 0
    guard waitpid(pid, &word, WNOHANG) == pid else { return nil }
    let signal = word & 0x7f
    status = signal == 0 ? (word >> 8) & 0xff : 128 + signal
    return status
  }

  /// Waits for its end.
  package func end(within seconds: Int = patience) throws -> Status {
    try eventually("the end of process \(pid)", within: seconds) { ended() }
  }

  /// Sends a signal, unless it has ended: its number may be another's by then.
  package func signal(_ number: Int32) { if ended() == nil { Glibc.kill(pid, number) } }

  /// Kills it, and waits until it is gone.
  package func kill() {
    signal(SIGKILL)
    _ = try? end()
  }
}
