/// The progress of an operation, in steps.
public struct Progress: Hashable, Codable, Sendable, CustomStringConvertible {
  /// The number of finished steps.
  public var done: Int
  /// The number of all steps.
  public var total: Int
  /// A number of finished steps out of all.
  public init(done: Int, of total: Int) {
    self.done = done
    self.total = total
  }
  /// `3/5`.
  public var description: String { "\(done)/\(total)" }
}
