import DeploymentEngine
package import DeploymentInterface
import TerminalCells

extension ScreenModel {
  /// Handles one message and returns commands. Nothing else changes the screen.
  package mutating func update(_ message: Message, at time: EngineTime) -> [Command] {
    now = time
    var commands: [Command]
    switch message {
    case .input(let input): commands = take(input)
    case .snapshot(let snapshot): commands = take(snapshot)
    case .changes(let changes): commands = take(changes)
    case .presence(let presence, let isHere):
      self.presence = presence
      isEngineHere = isHere
      commands = []
    case .journal(let scope, let entries):
      take(entries, of: scope)
      commands = []
    case .answer(let key, let reply):
      take(reply, to: key)
      commands = []
    case .withdrawn(let key, let isGone):
      takeWithdrawal(of: key, isGone: isGone)
      commands = []
    case .clock: commands = passTime()
    case .zone(let zone):
      self.zone = zone
      commands = []
    case .notice(let text):
      say(text)
      commands = []
    case .failure(let text):
      complain(text)
      commands = []
    case .storeTrouble(let trouble):
      storeTrouble = trouble
      commands = []
    case .pace(let text):
      pace = text
      commands = []
    }
    return commands + openLogs()
  }

  private mutating func take(_ input: TerminalInput) -> [Command] {
    switch input {
    case .key(let key): return press(key)
    case .paste(let text):
      paste(text)
      return []
    case .resized(let size):
      self.size = size
      settle()
      return []
    // Both are never requested, so they have no effect.
    case .mouse, .focus: return []
    }
  }

  /// Handles the passage of time: messages expire, unanswered requests are withdrawn.
  private mutating func passTime() -> [Command] {
    samples.take(live.pools, at: now)
    if let status, now.moment - status.at > status.kind.lifetime { self.status = nil }
    if let displaced, now.moment - displaced.at > CursorLoss.lifetime { self.displaced = nil }
    return advanceRequests()
  }
}

extension Status.Kind {
  /// How long the message is shown.
  var lifetime: TimeSpan {
    switch self {
    case .info, .done: .seconds(10)
    case .failure: .seconds(30)
    }
  }
}

extension CursorLoss {
  /// How long a key that was meant for another row may still arrive.
  static let lifetime = TimeSpan.seconds(1)
}

extension ScreenModel {
  /// When time alone changes the screen; it then needs `Message.clock`.
  package var wakeAt: Moment? {
    let untilMinute =
      60_000 - Self.remainder(now.utc.milliseconds + Int64(zone.offset) * 1000, 60_000)
    var wake = now.moment + .milliseconds(untilMinute)
    if let status { wake = min(wake, status.at + status.kind.lifetime + .milliseconds(1)) }
    if showsSeconds || asks.isTimed {
      wake = min(
        wake, now.moment + .milliseconds(1000 - Self.remainder(now.utc.milliseconds, 1000)))
    }
    return wake
  }

  private static func remainder(_ number: Int64, _ divisor: Int64) -> Int64 {
    let remainder = number % divisor
    return remainder < 0 ? remainder + divisor : remainder
  }

  /// Whether something visible is counted in seconds.
  private var showsSeconds: Bool {
    let layout = layout
    let inSight = Pane.listOrder.contains { pane in
      let top = cursor(pane).top
      return layout.panes[pane] != nil
        && deployments(in: pane, at: top..<top + layout.rowCount(pane)).contains(where: ticks)
    }
    guard !inSight, layout.panes[.details] != nil, tab != .log, let subject = subjectDeployment
    else { return inSight }
    let dues = [subject.nextActionAt, subject.stateDeadline, subject.phase.operation?.deadline]
    return ticks(subject)
      || dues.contains { $0.map { isNear($0.at - now.moment) } ?? false }
  }

  private func isNear(_ left: TimeSpan) -> Bool { left > .zero && left < .minutes(1) }

  private func ticks(_ deployment: Deployment) -> Bool {
    let age = now.utc - deployment.stateSince
    return deployment.pending != nil || age < .minutes(1)
  }
}
