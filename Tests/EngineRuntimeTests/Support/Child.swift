import Glibc
import Testing

/// A process of its own, gone at the end of the test.
final class Child: Sendable {
  let pid: Int32

  /// - Parameter keeping: a descriptor that the child is to have open, too.
  init(_ command: [String], keeping descriptor: Int32? = nil) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let descriptor { posix_spawn_file_actions_adddup2(&actions, descriptor, 100) }
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var pid: Int32 = 0
    let failure = posix_spawnp(&pid, command[0], &actions, nil, &arguments, environ)
    try #require(failure == 0)
    self.pid = pid
  }

  deinit { kill() }

  func kill() {
    if Glibc.kill(pid, SIGKILL) == 0 { waitpid(pid, nil, 0) }
  }
}
