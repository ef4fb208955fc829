package import DeploymentEngine
import DeploymentInterface
import SafeTexts

extension Explanation {
  /// Explains the state of a deployment, what delays it, and what happens next.
  package static func of(_ deployment: Deployment, _ around: Surroundings) -> Explanation {
    var result = Explanation()
    result.creation(deployment, around)
    result.progress(deployment, around)
    if !deployment.phase.isHistory { result.gates(deployment, around) }
    result.head("What happens next?")
    result.nextSteps(deployment, around)
    return result
  }

  private mutating func creation(_ deployment: Deployment, _ around: Surroundings) {
    let name = deployment.name
    fact("\(name) was created \(around.point(deployment.createdAt)): \(deployment.because)")
    if let publication = deployment.publication {
      let isOld = around.pool?.activePublication != publication
      fact("it uses publication \(publication)\(isOld ? ", which is not the active one" : "")")
    }
  }

  private mutating func progress(_ deployment: Deployment, _ around: Surroundings) {
    switch deployment.phase {
    case .preparing(let operation, _), .removing(let operation), .canceling(let operation),
      .usable(.some(let operation)):
      let progress = deployment.progress.map { ", \($0) done" } ?? ""
      fact("\(operation.kind.word) is running\(progress)")
      if operation.failures > 0 {
        let reason = deployment.reason.map { ": \($0)" } ?? ""
        fact("it failed \(operation.failures) times and will be retried\(reason)")
      }
    case .error(let failed):
      fact("\(failed.operation.word) failed: \(deployment.reason ?? "no reason was given")")
      if failed.removals > 0 { fact("\(failed.removals) attempts to remove it failed") }
    case .removable:
      if let pool = around.pool, pool.inMaintenance {
        fact("provider \(pool.provider) is in maintenance: it is removed after that")
      } else {
        fact("it waits until the provider has room to remove it")
      }
    case .usable(nil): break
    case .removed, .canceled: fact("it is history: \(deployment.state.rawValue)")
    }
    if deployment.cancelRequested {
      fact("its removal was requested and starts when no call is in flight")
    }
  }

  private mutating func gates(_ deployment: Deployment, _ around: Surroundings) {
    switch deployment.placement {
    case .assigned(let user, .givenUp):
      fact("it is nobody's: it was for \(user), and is never given to anybody else")
    case .assigned(let user, .wanted), .assigned(let user, .granted):
      head("Can \(user) be let in?")
      readiness(deployment, around)
      gate(
        deployment.admission == .granted, "setReady has finished since \(user) got it",
        else: "setReady has not finished since \(user) got it")
      let ip = deployment.ip ?? ""
      gate(
        !ip.isEmpty, "its IP is \(ip)", else: "it has no IP yet, and no user is let in without one")
    case .cache(let level, let user):
      if let user {
        head("Can it be assigned to \(user), who is waiting for it?")
      } else {
        head("Can it be assigned?")
      }
      gate(level == .l1, "it is at L1", else: "it is at L2 and goes through L1 first")
      readiness(deployment, around)
      if let other = deployment.loggedIn.first {
        gate(false, "", else: "\(other) is logged in to it")
      }
      if user == nil, let pool = around.pool {
        let state = pool.isConfigured ? "is \(pool.state.rawValue)" : "left the configuration"
        gate(
          pool.state != .paused && !pool.inMaintenance, "\(pool.name) takes new users",
          else: "\(pool.name) \(state) and takes no new users")
      }
    }
  }

  private mutating func readiness(_ deployment: Deployment, _ around: Surroundings) {
    let state = deployment.state.rawValue
    if case .usable(.some(let operation)) = deployment.phase {
      gate(false, "", else: "it is being made ready, attempt \(operation.failures + 1)")
    } else {
      gate(deployment.phase == .usable(nil), "it is usable", else: "it is not usable: \(state)")
    }
    if around.pool?.traits?.waitsForOS ?? true {
      gate(
        deployment.osState == .usable, "the OS is ready",
        else: "the OS manager has not reported ready")
    }
    if let pending = deployment.pending {
      gate(false, "", else: "\(pending.actor) requested \(pending.verb.word)")
    }
  }

  private mutating func nextSteps(_ deployment: Deployment, _ around: Surroundings) {
    let count = lines.count
    if let pending = deployment.pending {
      next(
        SafeText(
          "\(pending.verb.word) takes effect at \(around.point(pending.due)) "
            + "and can be undone until then"))
    }
    nextCall(deployment, around)
    if let deadline = deployment.phase.operation?.deadline {
      next("\(Self.end(of: deployment)) at \(around.point(deadline))")
    }
    if let patience = deployment.stateDeadline {
      next("\(Self.stateLimitWords(deployment)) at \(around.point(patience))")
    }
    if case .error = deployment.phase, deployment.stateDeadline == nil,
      deployment.nextActionAt == nil
    {
      let why = deployment.wasLetIn ? "a user held it, so an operator" : "an operator"
      next("nothing automatic: \(why) decides (retry, destroy, forget)")
    }
    if lines.count == count { next(SafeText(Self.restWords(deployment, around))) }
  }

  /// What happens to a deployment for which nothing is planned.
  private static func restWords(_ deployment: Deployment, _ around: Surroundings) -> String {
    let pool = around.pool
    let provider = pool?.provider ?? "its provider"
    if deployment.phase.isHistory { return "nothing: it is history" }
    if deployment.state == .removable {
      return pool?.inMaintenance == true
        ? "it is removed after the maintenance of \(provider)"
        : "it is removed when the provider has room"
    }
    if let holder = deployment.placement.holder {
      if deployment.ip?.isEmpty ?? true {
        return "nothing automatic: it has no IP, so \(holder) cannot be let in"
      }
      return "nothing automatic: it stays with \(holder)"
    }
    if let user = deployment.loggedIn.first {
      return "nothing automatic: it is not given to anybody until \(user) logs out"
    }
    if pool?.inMaintenance == true { return "nothing until the maintenance of \(provider) ends" }
    if let pool, !pool.isConfigured {
      return "nothing automatic: \(pool.name) left the configuration, so nobody gets it"
    }
    return "nothing automatic: it is available"
  }

  private mutating func nextCall(_ deployment: Deployment, _ around: Surroundings) {
    guard let operation = deployment.phase.operation else {
      if let due = deployment.nextActionAt {
        next("\(Self.dueWords(deployment)) at \(around.point(due))")
      }
      return
    }
    let call = operation.step == .check ? "checkState" : operation.kind.word
    if around.pool?.inMaintenance == true {
      next("\(call), after the maintenance of \(around.pool?.provider ?? "its provider")")
    } else if let due = deployment.nextActionAt {
      next("\(call) at \(around.point(due))")
    } else {
      next("\(call) is in progress, or waits until the provider has room")
    }
  }

  /// What happens at the due time of a deployment without an operation.
  private static func dueWords(_ deployment: Deployment) -> String {
    guard case .error(let failed) = deployment.phase else { return "it is checked again" }
    return failed.removals > 0
      ? "its removal is retried" : "anything left on the platform is removed"
  }

  /// What happens at the deadline of an operation.
  private static func end(of deployment: Deployment) -> String {
    switch deployment.state {
    case .preparing where deployment.wasLetIn: "if it is still running, it becomes an error"
    case .preparing: "if it is still running, it is cancelled"
    case .removing, .canceling: "if it is still running, it is retried"
    case .usable, .removable, .removed, .canceled, .error: "its deadline passes"
    }
  }

  /// What happens when the limit for its state is reached.
  private static func stateLimitWords(_ deployment: Deployment) -> String {
    switch deployment.state {
    case .error: "it is destroyed"
    case .removed, .canceled: "it leaves the history"
    case .usable where deployment.isWaitingForOS && deployment.wasLetIn:
      "if the OS manager has not reported ready, it becomes an error"
    case .usable where deployment.isWaitingForOS:
      "if the OS manager has not reported ready, it is removed"
    case .usable where deployment.awaitsReturn:
      "its last user has logged out: unless somebody logs in again, it is removed"
    case .usable where deployment.placement.isAssigned:
      "if nobody is using it, the log-out policy applies"
    case .usable, .preparing, .removable, .removing, .canceling: "the wait for it ends"
    }
  }
}
