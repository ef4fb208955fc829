import DeploymentInterface

/// Keeps the terminal from falling behind: while it has not shown what it was sent, frames are
/// dropped.
///
/// The kernel does not tell how much of a pseudo-terminal's output is unread, so after every so
/// many bytes
/// the terminal is asked for a sign of life that comes after them.
struct FlowControl {
  /// Questions not yet answered; answers come in order.
  private(set) var unanswered = 0
  private var askedAt = Moment(milliseconds: 0)
  private var bytesSinceQuestion = 0
  private var isTrusted = false

  /// Bytes sent between two questions: a quarter of a second on a line of 64 kbit/s.
  static let bytesPerQuestion = 2048
  /// After so long an answer is taken for lost.
  static let patience = TimeSpan.seconds(2)

  /// The terminal has answered something: it can be asked, and has shown what was sent before.
  mutating func trust() {
    if !isTrusted { bytesSinceQuestion = 0 }
    isTrusted = true
  }

  /// Notes a frame; true: now ask.
  mutating func sent(bytes: Int) -> Bool {
    bytesSinceQuestion += bytes
    return isTrusted && bytesSinceQuestion >= Self.bytesPerQuestion
  }

  /// A question has been sent.
  mutating func asked(at now: Moment) {
    unanswered += 1
    askedAt = now
    bytesSinceQuestion = 0
  }

  /// An answer has come.
  mutating func answered() { unanswered = max(0, unanswered - 1) }

  /// The terminal was given away or has forgotten.
  mutating func forget() {
    unanswered = 0
    bytesSinceQuestion = 0
  }

  /// Until when the next frame waits at most; nil: it need not wait.
  func blockedUntil(at now: Moment) -> Moment? {
    let limit = askedAt + Self.patience
    return unanswered > 0 && limit > now ? limit : nil
  }

  /// Takes the answers for lost whose time is over, and asks no more unless something else is
  /// heard.
  mutating func expire(at now: Moment) {
    guard unanswered > 0, askedAt + Self.patience <= now else { return }
    forget()
    isTrusted = false
  }
}
