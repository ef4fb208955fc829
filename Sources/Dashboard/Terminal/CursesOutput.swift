import CNcurses
import CPosix
import Glibc

/// The output of ncurses: a file in memory, so that a frame is one piece and the loop decides when
/// to send it. ncurses blocks until everything is written, and would wait for a terminal that is
/// not read.
///
/// ncurses has one descriptor. It leads to the memory file, and to the terminal only while modes
/// are set.
final class CursesOutput {
  /// The stream for ncurses.
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

  /// Makes ncurses write to memory from now on.
  func divert() { dup2(memory, descriptor) }

  /// Connects ncurses to the terminal while `body` sets modes.
  func withTerminal(_ body: () -> Void) {
    dup2(terminal, descriptor)
    body()
    divert()
  }

  /// Takes what ncurses has written since the last call.
  func take() -> [UInt8] {
    let size = lseek(memory, 0, SEEK_END)
    guard size > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: size)
    let count = pread(memory, &bytes, size, 0)
    ftruncate(memory, 0)
    return Array(bytes.prefix(max(0, count)))
  }
}
