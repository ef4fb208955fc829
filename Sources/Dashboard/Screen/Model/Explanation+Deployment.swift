package import DeploymentEngine
import DeploymentInterface
import SafeTexts

extension Explanation {
  /// Why a deployment is as it is, what holds it up and what happens to it next.
  package static func of(_ deployment: Deployment, _ around: Surroundings) -> Explanation {
    var result = Explanation()
    result.origin(deployment, around)
    result.going(deployment, around)
    if !deployment.phase.isHistory { result.gates(deployment, around) }
    result.head("What happens next?")
    result.nextSteps(deployment, around)
    return result
  }

  private mutating func origin(_ deployment: Deployment, _ around: Surroundings) {
    let name = deployment.name
    fact("\(name) was made \(around.point(deployment.createdAt)): \(deployment.because)")
    if let publication = deployment.publication {
      let isOld = around.pool?.activePublication != publication
      fact("it stands on publication \(publication)\(isOld ? ", which is not the active one" : "")")
    }
  }

  private mutating func going(_ deployment: Deployment, _ around: Surroundings) {
    switch deployment.phase {
    case .preparing(let operation, _), .removing(let operation), .canceling(let operation),
      .usable(.some(let operation)):
      let progress = deployment.progress.map { ", \($0) done" } ?? ""
      fact("\(operation.kind.word) is running\(progress)")
      if operation.failures > 0 {
        let reason = deployment.reason.map { ": \($0)" } ?? ""
        fact("it failed \(operation.failures) times and is tried again\(reason)")
      }
    case .error(let failed):
      fact("\(failed.operation.word) failed: \(deployment.reason ?? "no reason was given")")
      if failed.removals > 0 { fact("removing it was tried \(failed.removals) times") }
    case .removable: fact("it waits for the provider to have room to remove it")
    case .usable(nil): break
    case .removed, .canceled: fact("it is history: \(deployment.state.rawValue)")
    }
    if deployment.cancelRequested {
      fact("its end is asked for and comes when no call is in flight")
    }
  }

  private mutating func gates(_ deployment: Deployment, _ around: Surroundings) {
    switch deployment.placement {
    case .assigned(let user, _):
      head("May \(user) come in?")
      readiness(deployment)
      gate(
        deployment.admission == .granted, "setReady has finished since \(user) got it",
        else: "setReady has not finished since \(user) got it")
      let ip = deployment.ip ?? ""
      gate(!ip.isEmpty, "its IP is \(ip)", else: "it has no IP yet, and nobody is let in without")
    case .cache(let level, let user):
      if let user {
        head("May \(user), who waits for it, have it?")
      } else {
        head("May it be assigned?")
      }
      gate(level == .l1, "it is at L1", else: "it is at L2 and goes through L1 first")
      readiness(deployment)
      if let other = deployment.loggedIn.first {
        gate(false, "", else: "\(other) is logged in to it")
      }
      if user == nil, let pool = around.pool {
        gate(
          pool.state != .paused && !pool.inMaintenance, "\(pool.name) takes new users",
          else: "\(pool.name) is \(pool.state.rawValue) and takes no new users")
      }
    }
  }

  private mutating func readiness(_ deployment: Deployment) {
    let state = deployment.state.rawValue
    gate(deployment.phase == .usable(nil), "it is usable", else: "it is not usable: \(state)")
    gate(
      deployment.osState == .usable, "the inside is ready",
      else: "the OS manager has not said ready")
    if let pending = deployment.pending {
      gate(false, "", else: "\(pending.verb.word) was asked for by \(pending.actor)")
    }
  }

  private mutating func nextSteps(_ deployment: Deployment, _ around: Surroundings) {
    let count = lines.count
    if let pending = deployment.pending {
      next("\(pending.verb.word) is carried out at \(around.point(pending.due)), until then undo")
    }
    step(deployment, around)
    if let deadline = deployment.phase.operation?.deadline {
      next("\(Self.end(of: deployment)) at \(around.point(deadline))")
    }
    if let patience = deployment.patience {
      next("\(Self.impatience(deployment)) at \(around.point(patience))")
    }
    if case .error = deployment.phase, deployment.patience == nil, deployment.next == nil {
      next("nothing by itself: a user held it, so a person decides (try again, destroy, forget)")
    }
    if lines.count == count { next("nothing by itself: it waits to be used") }
  }

  private mutating func step(_ deployment: Deployment, _ around: Surroundings) {
    guard let operation = deployment.phase.operation else {
      if let due = deployment.next { next("\(Self.dueWords(deployment)) at \(around.point(due))") }
      return
    }
    let call = operation.step == .check ? "checkState" : operation.kind.word
    if around.pool?.inMaintenance == true {
      next("\(call), when the maintenance of \(around.pool?.provider ?? "its provider") is over")
    } else if let due = deployment.next {
      next("\(call) at \(around.point(due))")
    } else {
      next("\(call) is being called, or waits for the provider's turn")
    }
  }

  /// What happens to one that has no operation when it is due.
  private static func dueWords(_ deployment: Deployment) -> String {
    guard case .error(let failed) = deployment.phase else { return "it is looked at again" }
    return failed.removals > 0
      ? "removing it is tried again" : "what is left of it outside is destroyed"
  }

  /// What the end of an operation's time means.
  private static func end(of deployment: Deployment) -> String {
    switch deployment.state {
    case .preparing where deployment.everAssigned: "if it still runs it becomes an error"
    case .preparing: "if it still runs it is cancelled"
    case .removing, .canceling: "if it still runs it is tried again"
    case .usable, .removable, .removed, .canceled, .error: "its time is over"
    }
  }

  /// What happens when its state has been waited for long enough.
  private static func impatience(_ deployment: Deployment) -> String {
    switch deployment.state {
    case .error: "it is destroyed"
    case .removed, .canceled: "it is forgotten"
    case .usable where deployment.isWaitingForOS && deployment.everAssigned:
      "if the OS manager has not spoken it becomes an error"
    case .usable where deployment.isWaitingForOS: "if the OS manager has not spoken it is removed"
    case .usable where deployment.placement.isAssigned:
      "if nobody uses it, it is treated as after a log-out"
    case .usable, .preparing, .removable, .removing, .canceling: "it is waited for no longer"
    }
  }
}
