import Glibc
import Posix
import SafeTexts

/// Which other processes hold SQLite's locks on a store. Members of its group can, and a process
/// that does so and stands still keeps the engine waiting.
enum StoreUsers {
  /// The bytes of the index that a writer locks: for writing, for checkpoints, for recovery.
  private static let writing: ClosedRange<UInt64> = 120...122
  /// The bytes of the index that a reader locks, one for each state of the log that is being read.
  private static let reading: ClosedRange<UInt64> = 123...127

  /// Those that keep others from writing, as parts of a sentence.
  static func blocking(_ paths: StorePaths) -> [String] {
    names(of: locks(on: paths.index) { $0.bytes.overlaps(writing) })
  }

  /// Those that read.
  static func reading(_ paths: StorePaths) -> [Int32] {
    locks(on: paths.index) { $0.bytes.overlaps(reading) }
  }

  private static func locks(
    on path: String, where condition: (FileLock) -> Bool
  ) -> [Int32] {
    guard let file = try? FileStatus(path: path).identity else { return [] }
    let pids = FileLock.all(on: file).filter(condition).map(\.pid)
    return Set(pids).subtracting([getpid()]).sorted()
  }

  /// Processes as parts of a sentence.
  static func names(of pids: [Int32]) -> [String] {
    pids.map { pid in
      guard pid > 0 else { return "a process that cannot be named" }
      let owner = try? FileStatus(path: "/proc/\(pid)").owner
      let parts = [
        Proc.name(pid).map { SafeText(bytes: $0, limit: 16).text },
        owner.map { "user \(UserName.of($0))" },
      ].compactMap(\.self)
      return "process \(pid)" + (parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")
    }
  }
}
