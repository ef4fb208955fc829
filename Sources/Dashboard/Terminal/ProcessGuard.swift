import CNcurses
import CPosix
import Glibc
import SafeTexts

/// Protects the screen from the process: captures standard error, which would be written into it,
/// and restores the terminal after a crash.
///
/// The only file that calls `cn_rescue_arm` and `cn_rescue_disarm`: each file that calls them has
/// its own copy of their state.
final class ProcessGuard {
  private let savedErrors: Int32
  private let captured: Int32
  private let stack: UnsafeMutableRawPointer
  private static let stackSize = 65_536
  /// The number of captured bytes kept; a library that writes for weeks must not fill the memory.
  private static let captureLimit: off_t = 1 << 20
  /// The number of bytes shown afterwards: the last ones.
  private static let shownLimit = 4096

  /// Captures standard error only if it is a terminal; elsewhere it does no harm.
  init(terminal: Int32, modes: termios) {
    stack = UnsafeMutableRawPointer.allocate(byteCount: Self.stackSize, alignment: 16)
    let file = isatty(2) == 1 ? cposix_memory_file("captured") : -1
    savedErrors = file >= 0 ? fcntl(2, F_DUPFD_CLOEXEC, 3) : -1
    captured = savedErrors >= 0 && dup2(file, 2) >= 0 ? file : -1
    if captured >= 0 { _ = fcntl(2, F_SETFL, O_APPEND) }
    var modes = modes
    // Swift's own crash handler asks questions on the terminal and waits for half a minute, so it
    // runs only on request.
    let isWanted: Int32 = getenv("SWIFT_BACKTRACE") == nil ? 0 : 1
    cn_rescue_arm(terminal, &modes, savedErrors, captured, isWanted, stack, Self.stackSize)
  }

  /// Drops the captured text when it exceeds the limit.
  func trim() {
    if captured >= 0, lseek(captured, 0, SEEK_END) > Self.captureLimit { ftruncate(captured, 0) }
  }

  /// Restores standard error; returns the last lines that were written to it meanwhile.
  func release() -> [SafeText] {
    cn_rescue_disarm()
    guard captured >= 0 else { return [] }
    dup2(savedErrors, 2)
    close(savedErrors)
    defer { close(captured) }
    let end = lseek(captured, 0, SEEK_END)
    var bytes = [UInt8](repeating: 0, count: Self.shownLimit)
    let count = pread(captured, &bytes, bytes.count, max(0, end - off_t(Self.shownLimit)))
    return bytes.prefix(max(0, count)).split(separator: 0x0a).map { SafeText(bytes: $0) }
  }

  // The stack stays allocated: a handler may still run on it.
}
