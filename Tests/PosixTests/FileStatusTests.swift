import Foundation
import Glibc
import Testing

@testable import Posix

struct FileStatusTests {
  /// Some file systems keep every time that an owner sets.
  @Test(arguments: [Int.max / 2, 9_300_000_000_000_000, -9_300_000_000_000_000, 0])
  func anyTimeOfAFileCanBeRead(_ seconds: Int) throws {
    let folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NSTemporaryDirectory()
    let path = "\(folder)/file-status-\(UUID().uuidString)"
    try SecureFile.makeFile(path, mode: 0o600, contents: [])
    defer { unlink(path) }
    let time = timespec(tv_sec: seconds, tv_nsec: 0)
    guard utimensat(AT_FDCWD, path, [time, time], 0) == 0 else { return }
    let modified = try FileStatus(path: path).modified
    #expect(abs(modified) <= 3_000_000_000_000_000)
    if seconds == 0 { #expect(modified == 0) }
  }
}
