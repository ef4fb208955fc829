import SafeTexts

/// What a driver call is about.
public enum CallTarget: Hashable, Sendable {
  /// A deployment.
  case deployment(DeploymentID)
  /// A publication of a pool.
  case publication(PoolID, Int)
}

/// A driver call that is to be made, once what led to it is stored.
public struct Call: Hashable, Sendable {
  /// Its number.
  public var id: CallID
  /// What it is about.
  public var subject: CallTarget
  /// The pool, whose service is called.
  public var pool: PoolID
  /// What the driver is told first; answers nothing.
  public var notices: [Notice]
  /// The task, if there is one; nil only tells notices.
  public var task: DriverTask?
  /// What the driver stored last; empty before the first call.
  public var data: [UInt8]
  /// What the driver may know about its subject.
  public var record: CallRecord
  /// How long it may take.
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
  /// The method of a start, or again.
  case start(OperationKind)
  /// `checkState`, while this operation runs.
  case check(OperationKind)
}
