import CNcurses
import CPosix
import Glibc
import SafeTexts

/// What is held of the process while a screen is shown: standard error, which would land in the
/// middle of it, and crashes, which would leave the terminal as it is.
///
/// The only file that calls `cn_rescue_arm` and `cn_rescue_disarm`: their state is one for each
/// file.
final class ProcessGuard {
  private let savedErrors: Int32
  private let captured: Int32
  private let stack: UnsafeMutableRawPointer
  private static let stackSize = 65_536
  /// Bytes of captured text kept; a library that chatters for weeks must not fill the memory.
  private static let captureLimit: off_t = 1 << 20
  /// Bytes shown afterwards: the last ones.
  private static let shownLimit = 4096

  /// Standard error is captured only when it goes to a terminal; sent elsewhere it harms nobody.
  init(terminal: Int32, modes: termios) {
    stack = UnsafeMutableRawPointer.allocate(byteCount: Self.stackSize, alignment: 16)
    let file = isatty(2) == 1 ? cposix_memory_file("captured") : -1
    savedErrors = file >= 0 ? fcntl(2, F_DUPFD_CLOEXEC, 3) : -1
    captured = savedErrors >= 0 && dup2(file, 2) >= 0 ? file : -1
    if captured >= 0 { _ = fcntl(2, F_SETFL, O_APPEND) }
    var modes = modes
    // Swift's own handler asks questions on the terminal, and waits for half a minute: only for
    // whoever wants it.
    let isWanted: Int32 = getenv("SWIFT_BACKTRACE") == nil ? 0 : 1
    cn_rescue_arm(terminal, &modes, savedErrors, captured, isWanted, stack, Self.stackSize)
  }

  /// Forgets the captured text when there is too much of it.
  func trim() {
    if captured >= 0, lseek(captured, 0, SEEK_END) > Self.captureLimit { ftruncate(captured, 0) }
  }

  /// Puts everything back; answers the last lines that were written to standard error meanwhile.
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

  // The stack stays allocated: a handler may still be told to run on it.
}
