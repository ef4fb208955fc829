import Testing

@testable import Posix

/// What `/proc/locks` says.
@Suite struct FileLockTests {
  @Test func areReadAsTheKernelWritesThem() {
    let text = """
      1: FLOCK  ADVISORY  WRITE 24986 fe:00:16236612 0 EOF
      2: POSIX  ADVISORY  READ 24986 fe:00:9576656 128 128
      2: -> POSIX  ADVISORY  WRITE 7 fe:00:9576656 128 128
      3: OFDLCK ADVISORY  WRITE -1 fe:00:9576656 0 EOF
      4: POSIX  ADVISORY  READ 9 fe:10:9576656 0 5
      nonsense
      """
    let file = FileStatus.Identity(device: 0xfe00, inode: 9_576_656)
    #expect(
      FileLock.all(on: file, in: text) == [
        FileLock(pid: 24986, isExclusive: false, bytes: 128...128),
        FileLock(pid: -1, isExclusive: true, bytes: 0...UInt64.max),
      ])
    let other = FileStatus.Identity(device: 0xfe10, inode: 9_576_656)
    #expect(FileLock.all(on: other, in: text).map(\.pid) == [9])
    #expect(FileLock.all(on: file, in: "").isEmpty)
  }
}
