import Posix
import Testing

struct SemaphoreTests {
  @Test func keepsASignalForTheNextWait() {
    let semaphore = Semaphore()
    semaphore.signal()
    semaphore.signal()
    #expect(semaphore.wait(atMost: .zero))
    semaphore.wait()
    #expect(!semaphore.wait(atMost: .zero))
    #expect(!semaphore.wait(atMost: .milliseconds(-5)))
    #expect(!semaphore.wait(atMost: .milliseconds(1)))
  }

  @Test func oneThreadLetsAnotherGoOn() throws {
    let (there, back) = (Semaphore(), Semaphore())
    try SystemThread.start(named: "other") {
      there.wait()
      back.signal()
    }
    #expect(!back.wait(atMost: .zero))
    there.signal()
    // As long as it takes, which no sum of times overflows.
    #expect(back.wait(atMost: .milliseconds(Int64.max)))
  }
}
