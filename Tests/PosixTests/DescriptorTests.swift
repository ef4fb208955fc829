import Foundation
import Glibc
import Posix
import Testing

struct DescriptorTests {
  @Test func wakingTwiceIsWakingOnce() throws {
    let pipe = try WakePipe()
    #expect(!pipe.drain())
    pipe.wake()
    pipe.wake()
    #expect(pipe.drain())
    #expect(!pipe.drain())
  }

  @Test func aFullWakePipeDoesNotBlock() throws {
    let pipe = try WakePipe()
    for _ in 0..<100_000 { pipe.wake() }
    while pipe.drain() {}
  }

  @Test func nothingIsInheritedOrAStandardStream() throws {
    let pipe = try StreamPipe()
    let file = try MemoryFile("test")
    for descriptor in [pipe.reading, pipe.writing, file.descriptor] {
      #expect(descriptor > 2)
      #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
    }
    let wake = try WakePipe()
    #expect(fcntl(wake.reading, F_GETFD) & FD_CLOEXEC != 0)
  }

  @Test func aStreamEndsWhenItsOtherEndIsClosed() throws {
    let pipe = try StreamPipe()
    guard case .nothing = pipe.read() else {
      Issue.record("nothing was written")
      return
    }
    var byte: UInt8 = 7
    #expect(write(pipe.writing, &byte, 1) == 1)
    pipe.closeWriting()
    pipe.closeWriting()
    guard case .bytes([7]) = pipe.read(), case .ended = pipe.read() else {
      Issue.record("not what was written")
      return
    }
  }

  @Test func aMemoryFileHoldsItsBytes() throws {
    let file = try MemoryFile("test", holding: Array("hello".utf8))
    let path = "/proc/self/fd/\(file.descriptor)"
    #expect(FileManager.default.contents(atPath: path) == Data("hello".utf8))
    let name = try FileManager.default.destinationOfSymbolicLink(atPath: path)
    #expect(name.hasPrefix("/memfd:test"))
  }

  @Test func aLockBelongsToItsDescription() throws {
    let file = try MemoryFile("test")
    let path = "/proc/self/fd/\(file.descriptor)"
    let (one, other) = (open(path, O_RDWR | O_CLOEXEC), open(path, O_RDWR | O_CLOEXEC))
    defer { for descriptor in [one, other] { close(descriptor) } }
    #expect(try OFDLock.tryTake(one))
    #expect(try !OFDLock.tryTake(other))
    #expect(OFDLock.isHeld(other) && !OFDLock.isHeld(one))
    OFDLock.release(one)
    #expect(!OFDLock.isHeld(other))
    #expect(try OFDLock.tryTake(other))
  }
}
