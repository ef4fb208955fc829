public import SafeTexts

/// What came of a driver call.
public struct CallResult: Hashable, Sendable {
  /// Which call.
  public var id: CallID
  /// The answer of the task; nil when there was none, only notices.
  public var answer: TaskState?
  /// What the driver wants stored; nil leaves what is stored.
  public var data: [UInt8]?
  /// Read again after every call.
  public var uniqueId: SafeText?
  /// Read again after every call.
  public var name: SafeText?
  /// Read again after every call; empty: none.
  public var ip: SafeText?
  /// Read again after every call that has reached the driver's value; nil: none.
  public var console: SafeText?
  /// When to check, if the answer was `running`.
  public var suggestedTime: TimeSpan
  /// How far the operation has come.
  public var progress: Progress?
  /// What was written to the deployment's log.
  public var log: [LogLine]

  /// An outcome from its parts.
  public init(
    id: CallID, answer: TaskState?, data: [UInt8]? = nil, uniqueId: SafeText? = nil,
    name: SafeText? = nil, ip: SafeText? = nil, console: SafeText? = nil,
    suggestedTime: TimeSpan = .seconds(10), progress: Progress? = nil, log: [LogLine] = []
  ) {
    self.id = id
    self.answer = answer
    self.data = data
    self.uniqueId = uniqueId
    self.name = name
    self.ip = ip
    self.console = console
    self.suggestedTime = suggestedTime
    self.progress = progress
    self.log = log
  }
}
