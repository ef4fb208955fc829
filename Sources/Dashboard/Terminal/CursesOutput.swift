import CNcurses
import CPosix
import Glibc

/// Where ncurses writes to: a file in memory, so that a frame is one piece and the loop decides
/// when it is
/// sent. ncurses writes until everything is taken, and would wait for a terminal that nobody reads.
///
/// ncurses holds one descriptor. It leads to the memory, and to the terminal only while modes are
/// set.
final class CursesOutput {
  /// Given to ncurses.
  let stream: UnsafeMutablePointer<FILE>
  private let descriptor: Int32
  private let memory: Int32
  private let terminal: Int32

  init?(_ terminal: Int32) {
    memory = cposix_memory_file("captured")
    descriptor = dup(terminal)
    self.terminal = terminal
    guard memory >= 0, descriptor >= 0, let stream = fdopen(descriptor, "w") else { return nil }
    self.stream = stream
    _ = fcntl(memory, F_SETFL, O_APPEND)
  }

  deinit {
    fclose(stream)
    close(memory)
  }

  /// From now on ncurses writes to memory.
  func divert() { dup2(memory, descriptor) }

  /// Lets ncurses at the terminal, to set its modes.
  func withTerminal(_ body: () -> Void) {
    dup2(terminal, descriptor)
    body()
    divert()
  }

  /// What ncurses has written since the last time.
  func take() -> [UInt8] {
    let size = lseek(memory, 0, SEEK_END)
    guard size > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: size)
    let count = pread(memory, &bytes, size, 0)
    ftruncate(memory, 0)
    return Array(bytes.prefix(max(0, count)))
  }
}
