public import SafeTexts

/// The result of a driver call.
public struct CallResult: Hashable, Sendable {
  /// The number of the call.
  public var id: CallID
  /// The answer of the task; nil if the call only delivered notices.
  public var answer: TaskState?
  /// The data that the driver wants stored; nil keeps the stored data.
  public var data: [UInt8]?
  /// Read again after every call.
  public var uniqueId: SafeText?
  /// Read again after every call.
  public var name: SafeText?
  /// Read again after every call; empty if it has none.
  public var ip: SafeText?
  /// Whether other deployments may have the same address.
  public var sharesAddress: Bool
  /// Read again after every call that reached the driver's value; nil if it has none.
  public var console: SafeText?
  /// The pause before the next check, if the answer was `running`.
  public var suggestedTime: TimeSpan
  /// The progress of the operation.
  public var progress: Progress?
  /// The lines written to the deployment's log.
  public var log: [LogLine]

  /// A result from its parts.
  public init(
    id: CallID, answer: TaskState?, data: [UInt8]? = nil, uniqueId: SafeText? = nil,
    name: SafeText? = nil, ip: SafeText? = nil, sharesAddress: Bool = false,
    console: SafeText? = nil, suggestedTime: TimeSpan = .seconds(10), progress: Progress? = nil,
    log: [LogLine] = []
  ) {
    self.id = id
    self.answer = answer
    self.data = data
    self.uniqueId = uniqueId
    self.name = name
    self.ip = ip
    self.sharesAddress = sharesAddress
    self.console = console
    self.suggestedTime = suggestedTime
    self.progress = progress
    self.log = log
  }
}
