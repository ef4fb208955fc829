import Basics
import Posix
import Testing

struct BlockingExecutorTests {
  @Test func runsAsManyAtOnceAsItMay() {
    let executor = BlockingExecutor(named: "test", limit: 3)
    let (started, gate, ended) = (Semaphore(), Semaphore(), Semaphore())
    for _ in 0..<4 {
      executor.run {
        started.signal()
        gate.wait()
        ended.signal()
      }
    }
    for _ in 0..<3 { started.wait() }
    // The fourth waits until one of them has ended.
    #expect(!started.wait(atMost: .zero))
    gate.signal()
    ended.wait()
    started.wait()
    for _ in 0..<3 { gate.signal() }
    for _ in 0..<3 { ended.wait() }
  }

  @Test func runsBlocksInTheirOrder() {
    let executor = BlockingExecutor(named: "test", limit: 1)
    let seen = Mutex<[Int]>([])
    let done = Semaphore()
    for number in 0..<100 { executor.run { seen.withLock { $0.append(number) } } }
    executor.run { done.signal() }
    done.wait()
    #expect(seen.withLock { $0 } == Array(0..<100))
  }

  @Test func runsTasksThatPreferIt() async {
    let executor = BlockingExecutor(named: "test", limit: 1)
    let (there, back) = (Semaphore(), Semaphore())
    let task = Task(executorPreference: executor) {
      there.signal()
      back.wait()
      return 7
    }
    // The task blocks its thread, and this one goes on.
    there.wait()
    back.signal()
    #expect(await task.value == 7)
  }

  @Test func aThreadThatIsPreparedTakesTheWork() throws {
    let executor = BlockingExecutor(named: "test", limit: 1)
    try executor.prepare()
    try executor.prepare()
    let done = Semaphore()
    executor.run { done.signal() }
    done.wait()
  }
}
