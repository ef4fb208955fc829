/// How much a store keeps of what passes. What is trimmed is trimmed in batches, a little at each
/// commit.
enum StoreLimits {
  /// Erasures that readers are still told of, one by one; who is further behind reads a snapshot.
  static let tombstones: Int64 = 10_000
  /// Answers that are kept for those who repeat a request.
  static let answers: Int64 = 20_000
  /// Requests that may wait for an engine.
  static let openRequests = 20_000
  /// Requests that are taken up with one commit.
  static let requestsPerCommit = 512
  /// Rows over a limit before any are trimmed.
  static let slack: Int64 = 512
  /// Rows that one commit trims at most.
  static let trimmedPerCommit: Int64 = 2048
  /// Bytes to which the write-ahead log is cut back.
  static let logBytes = 16 << 20
  /// Bytes up to which a store is checked page by page at each start; it takes a second for 500 MB.
  static let checkedBytes: Int64 = 64 << 20
}
