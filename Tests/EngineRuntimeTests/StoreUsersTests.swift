import DeploymentInterface
import Foundation
import GRDB
import Posix
import SafeTexts
import TestSupport
import Testing

@testable import EngineStore

/// Other processes that hold SQLite's locks on a store are named.
@Suite struct StoreUsersTests {
  /// A process that locks one byte of the index, as SQLite does.
  private func locker(
    _ byte: Int, _ kind: String, of temporary: TemporaryStore
  ) throws -> Child {
    let said = temporary.folder + "/said-\(byte)"
    let program = """
      import fcntl, time
      index = open("\(temporary.path)-shm", "r+b")
      fcntl.lockf(index, fcntl.\(kind), 1, \(byte))
      open("\(said)", "w").close()
      time.sleep(600)
      """
    let child = try Child("python3", ["-c", program])
    #expect(try eventually { FileManager.default.fileExists(atPath: said) })
    return child
  }

  @Test func aReaderOfAnOldStateIsNamedOnceItLasts() throws {
    let temporary = try TemporaryStore()
    try temporary.open { store in
      let reader = try locker(125, "LOCK_SH", of: temporary)
      defer { reader.kill() }
      let paths = StorePaths(temporary.path)
      #expect(StoreUsers.reading(paths) == [reader.pid])
      #expect(StoreUsers.blocking(paths) == [])
      let start = Moment(milliseconds: 0)
      var watch = LogWatch(paths, limit: -1, at: start)
      let looks = [0, 9, 10, 20, 30].map { watch.look(at: start + .seconds($0)) }
      #expect(looks == [false, false, false, true, false], "once it is there three times")
      #expect(watch.trouble?.text.contains("process \(reader.pid) (python3, user ") == true)
      reader.kill()
      let again = watch.look(at: start + .seconds(40))
      #expect(!again && watch.trouble == nil)
      var short = LogWatch(paths, limit: .max, at: start)
      let none = [0, 10, 20].map { short.look(at: start + .seconds($0)) }
      #expect(none == [false, false, false])
    }
  }

  @Test func whoeverKeepsTheStoreLockedIsNamed() throws {
    let temporary = try TemporaryStore()
    try temporary.open { _ in
      let paths = StorePaths(temporary.path)
      let writer = try locker(120, "LOCK_EX", of: temporary)
      defer { writer.kill() }
      let queue = try DatabaseQueue(path: temporary.path)
      do throws(StoreFailure) {
        try StoreConnection.attempt(paths) {
          try queue.writeWithoutTransaction { try $0.beginTransaction(.immediate) }
        }
        Issue.record("it is not locked")
      } catch {
        #expect(error.kind == .busy)
        let name = "is locked by process \(writer.pid) (python3, user "
        #expect(error.sentence.text.contains(name), "\(error.sentence)")
      }
    }
  }
}
