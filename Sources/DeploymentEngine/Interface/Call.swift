import SafeTexts

/// The subject of a driver call.
public enum CallTarget: Hashable, Sendable {
  /// A deployment.
  case deployment(DeploymentID)
  /// A publication of a pool.
  case publication(PoolID, Int)
}

/// A driver call, made after the commit that led to it.
public struct Call: Hashable, Sendable {
  /// Its number.
  public var id: CallID
  /// Its subject.
  public var subject: CallTarget
  /// The pool, whose service is called.
  public var pool: PoolID
  /// Notices that are delivered before the task; they have no answer.
  public var notices: [Notice]
  /// The task; nil if the call only delivers notices.
  public var task: DriverTask?
  /// The data that the driver stored last; empty before the first call.
  public var data: [UInt8]
  /// The record of its subject, as the driver sees it.
  public var record: CallRecord
  /// The time limit of the call.
  public var timeLimit: TimeSpan

  /// A call from its parts.
  public init(
    id: CallID, subject: CallTarget, pool: PoolID, notices: [Notice], task: DriverTask?,
    data: [UInt8], record: CallRecord, timeLimit: TimeSpan
  ) {
    self.id = id
    self.subject = subject
    self.pool = pool
    self.notices = notices
    self.task = task
    self.data = data
    self.record = record
    self.timeLimit = timeLimit
  }
}

/// The task methods of the interface.
public enum DriverTask: Hashable, Sendable {
  /// The method that starts an operation, or a repetition of that call.
  case start(OperationKind)
  /// `checkState`, while this operation runs.
  case check(OperationKind)
}
