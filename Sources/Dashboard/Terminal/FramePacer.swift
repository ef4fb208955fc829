import DeploymentInterface

/// Decides when the next frame is drawn.
struct FramePacer {
  /// The cause of a possible change of the screen.
  enum Cause {
    /// The user waits: draw at once.
    case input
    /// Data changed: draw at most every `dataPause`.
    case data
    /// The window has another size: draw when its size is stable, or after `resizeLimit`.
    case resize
  }

  /// The minimum time between two frames for data alone.
  static let dataPause = TimeSpan.milliseconds(100)
  /// A window's size is stable when it has not changed for this time.
  static let resizeRest = TimeSpan.milliseconds(30)
  /// A window whose size keeps changing is drawn after this time.
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

  /// When the next frame is due; nil: none is wanted.
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
