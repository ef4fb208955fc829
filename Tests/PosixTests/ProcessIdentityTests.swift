import Glibc
import Posix
import Testing

struct ProcessIdentityTests {
  @Test func knowsThisProcess() throws {
    let own = ProcessIdentity.current
    #expect(own.pid == getpid() && own.startTime > 0 && !own.bootID.isEmpty)
    #expect(own.isAlive)
    #expect(try own.stat()?.parent == getppid())
  }

  @Test func anotherStartIsAnotherProcess() {
    var other = ProcessIdentity.current
    other.startTime += 1
    #expect(!other.isAlive)
    other = .current
    other.bootID = "another"
    #expect(!other.isAlive)
  }

  @Test func thereIsNoHandleOfAProcessThatIsNotThere() {
    #expect(throws: SystemError(number: ESRCH)) { try Pidfd(Int32.max) }
  }

  @Test func killingWhatIsGoneIsASuccess() throws {
    try ProcessIdentity(pid: Int32.max, startTime: 1, bootID: "").kill(within: 1000)
  }

  @Test func aHandleSaysThatItsProcessRuns() throws {
    let handle = try Pidfd(getpid())
    try handle.send(0)
    #expect(!handle.hasEnded(within: 0))
  }
}
