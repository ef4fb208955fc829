/// How far an operation has come, for a person.
public struct Progress: Hashable, Codable, Sendable, CustomStringConvertible {
  /// Steps that are done.
  public var done: Int
  /// Steps in all.
  public var total: Int
  /// So many of so many.
  public init(done: Int, of total: Int) {
    self.done = done
    self.total = total
  }
  /// `3/5`.
  public var description: String { "\(done)/\(total)" }
}
