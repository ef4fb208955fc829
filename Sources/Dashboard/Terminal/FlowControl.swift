import DeploymentInterface

/// Keeps output from running ahead of the terminal: frames are dropped until it has shown the
/// earlier ones.
///
/// The kernel does not report how much of a pseudo-terminal's output is unread, so after every
/// `bytesPerQuestion` bytes the terminal is asked for its status; its answer follows those bytes.
struct FlowControl {
  /// The number of questions without an answer; answers come in order.
  private(set) var unanswered = 0
  private var askedAt = Moment(milliseconds: 0)
  private var bytesSinceQuestion = 0
  private var isTrusted = false

  /// The number of bytes between two questions: a quarter of a second on a line of 64 kbit/s.
  static let bytesPerQuestion = 2048
  /// The time after which an answer counts as lost.
  static let patience = TimeSpan.seconds(2)

  /// Notes that the terminal has answered something: it can be asked, and has shown what was sent
  /// before.
  mutating func trust() {
    if !isTrusted { bytesSinceQuestion = 0 }
    isTrusted = true
  }

  /// Notes that a frame was sent; true: ask now.
  mutating func sent(bytes: Int) -> Bool {
    bytesSinceQuestion += bytes
    return isTrusted && bytesSinceQuestion >= Self.bytesPerQuestion
  }

  /// Notes that a question was sent.
  mutating func asked(at now: Moment) {
    unanswered += 1
    askedAt = now
    bytesSinceQuestion = 0
  }

  /// Notes that an answer came.
  mutating func answered() { unanswered = max(0, unanswered - 1) }

  /// Forgets open questions, after the terminal was released or reset.
  mutating func forget() {
    unanswered = 0
    bytesSinceQuestion = 0
  }

  /// The latest moment until which the next frame waits; nil: it need not wait.
  func blockedUntil(at now: Moment) -> Moment? {
    let limit = askedAt + Self.patience
    return unanswered > 0 && limit > now ? limit : nil
  }

  /// Counts overdue answers as lost, and asks no more until the terminal answers again.
  mutating func expire(at now: Moment) {
    guard unanswered > 0, askedAt + Self.patience <= now else { return }
    forget()
    isTrusted = false
  }
}
