/// The limits of a store's feed. Tables over their limit are trimmed in batches, a few rows at each
/// commit.
enum StoreLimits {
  /// Erasures that the feed keeps; a reader that is further behind must read a snapshot.
  static let tombstones: Int64 = 10_000
  /// Replies that are kept for clients that repeat a request.
  static let answers: Int64 = 20_000
  /// Requests that may wait for an engine.
  static let openRequests = 20_000
  /// Requests that one commit takes up at most.
  static let requestsPerCommit = 512
  /// Requests that one user may have in the drop box; more are thrown away.
  static let droppedPerUser = 4000
  /// Files of the drop box that are looked at in one go.
  static let droppedListed = 20_000
  /// Largest request in the drop box, in bytes.
  static let droppedBytes = 64 << 10
  /// Rows that may exceed a limit before trimming starts.
  static let slack: Int64 = 512
  /// Rows that one commit trims at most.
  static let trimmedPerCommit: Int64 = 2048
  /// Bytes to which the write-ahead log is truncated.
  static let logBytes = 16 << 20
  /// Bytes of the log above which somebody must be reading an old state.
  static let longLogBytes: Int64 = 64 << 20
  /// Largest store, in bytes, that is checked page by page at each start; 500 MB take a second.
  static let checkedBytes: Int64 = 64 << 20
}
