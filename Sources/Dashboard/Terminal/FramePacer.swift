import DeploymentInterface

/// When the next frame is drawn.
struct FramePacer {
  /// Why the picture may have changed.
  enum Cause {
    /// A person waits for it: at once.
    case input
    /// Something happened: not more often than anybody can follow.
    case data
    /// The window has another size: when it has come to rest, or has not for a while.
    case resize
  }

  /// Between two frames that only data asked for.
  static let dataPause = TimeSpan.milliseconds(100)
  /// A window is at rest when its size has not changed for so long.
  static let resizeRest = TimeSpan.milliseconds(30)
  /// A window that does not come to rest is drawn after so long.
  static let resizeLimit = TimeSpan.milliseconds(150)

  private var wanted: Moment?
  private var firstResize: Moment?
  private var lastResize: Moment?
  private var drawnAt: Moment?

  mutating func want(_ cause: Cause, at now: Moment) {
    switch cause {
    case .input: want(now)
    case .data: want(drawnAt.map { max(now, $0 + Self.dataPause) } ?? now)
    case .resize:
      firstResize = firstResize ?? now
      lastResize = now
    }
  }

  /// When it is due; nil: no frame is wanted.
  var due: Moment? {
    guard let firstResize, let lastResize else { return wanted }
    return min(lastResize + Self.resizeRest, firstResize + Self.resizeLimit)
  }

  mutating func drawn(at now: Moment) {
    wanted = nil
    firstResize = nil
    lastResize = nil
    drawnAt = now
  }

  private mutating func want(_ moment: Moment) { wanted = wanted.map { min($0, moment) } ?? moment }
}
