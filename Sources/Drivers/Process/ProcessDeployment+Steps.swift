import DeploymentInterface
import Glibc
import Posix
import SafeTexts

extension ProcessDeployment {
  private static let freezeWithin = TimeSpan.seconds(10)

  /// Takes the next step towards running, thawed, and accepting on its port.
  mutating func approachRunning(
    _ environment: Environment
  ) throws(DeploymentFailure) -> TaskState {
    let process = try leader?.found(with: environment.mark)
    let words: String
    if let process {
      words = process.description
    } else {
      words = try survivors(environment).description
    }
    // Frozen is checked before accepting, because the kernel accepts for a stopped listener, too.
    // During the start only the leader is checked; all members would cost too much at every check.
    if process?.isFrozen ?? true || wasReady, try !thaw(environment) { return wait() }
    let time = environment.service.plan.readyWithin
    let answer = try portAnswer(environment)
    defer { sawForeign = answer == .foreign }
    switch answer {
    case .accepts:
      ip = reportedIP ?? environment.listenPort.map { "127.0.0.1:\($0)" } ?? "127.0.0.1"
      wasReady = true
      return finish()
    case .closed where !isPatient:
      throw .permanent("\(words) does not accept connections on \(environment.portText)")
    case .foreign where sawForeign == true || isLate(time):
      mustBegin = true
      throw .portTaken("\(environment.portText) is held by another program")
    case .closed where isLate(time), .busy where isLate(time):
      throw .permanent(
        "\(words) did not accept connections on \(environment.portText) within \(time)"
          + (try listening(environment)))
    case .closed, .busy, .foreign:
      return wait()
    }
  }

  /// Takes the next step towards having been ready once and then being stopped completely.
  mutating func approachFrozen(
    _ environment: Environment
  ) throws(DeploymentFailure) -> TaskState {
    if !wasReady {
      let answer = try approachRunning(environment)
      guard answer == .finished else { return answer }
      goal = .frozen
      since = SystemClock.monotonicMilliseconds
    }
    if try leader?.found(with: environment.mark) == nil { _ = try survivors(environment) }
    var family = try family(environment)
    if family.isFrozen { return finish() }
    family.signal(SIGSTOP)
    // A sleeping process stops as soon as the signal is sent: usually no further check is needed.
    family = try self.family(environment)
    if family.isFrozen { return finish() }
    guard isLate(Self.freezeWithin) else { return wait() }
    throw .transient("\(family) could not be stopped within \(Self.freezeWithin)")
  }

  /// Takes the next step towards nothing being left.
  mutating func approachGone(_ environment: Environment) throws(DeploymentFailure) -> TaskState {
    if let leader { _ = try readingProc(try leader.reap()) }
    var family = try family(environment)
    // What keeps forking may be missed by one look: its parent had ended, and it had not begun.
    var empty = family.isComplete ? 1 : 0
    for _ in 0..<Self.mostLooks where family.isGone && empty < (isKilling ? 4 : 2) {
      family = try self.family(environment)
      empty += family.isComplete ? 1 : 0
    }
    let time = environment.service.plan.stopWithin
    if family.isGone, isKilling, empty == 0, !isLate(time + Self.certainWithin) { return wait() }
    if family.isGone {
      if let leader { environment.doLog(.info, SafeText("process \(leader.pid) is gone")) }
      leader = nil
      ip = nil
      reportedIP = nil
      wasReady = false
      return finish()
    }
    guard isLate(time) else { return wait() }
    if !isKilling {
      environment.doLog(.warning, SafeText("killed \(family): it did not end within \(time)"))
    }
    isKilling = true
    try family.kill { () throws(DeploymentFailure) in try self.family(environment) }
    return wait()
  }
  /// How often the processes are read until the absence of all is certain.
  private static let mostLooks = 8
  /// How long after a kill the absence of all may be uncertain, because others come and go.
  private static let certainWithin = TimeSpan.seconds(10)

  /// Starts the process; none of the deployment may exist.
  mutating func start(_ environment: Environment) throws(DeploymentFailure) -> TaskState {
    if let port = environment.listenPort {
      guard let isTaken = PortProbe.isTaken(port) else {
        throw .transient("cannot determine whether port \(port) is free")
      }
      if isTaken { throw .portTaken("port \(port) is taken by another program") }
    } else if environment.service.usesPort {
      throw .init(.permanent, "it has no port", leavesNothing: true)
    }
    let started: ProcessIdentity
    do throws(DeploymentFailure) {
      started = try ProcessSpawn(environment).start()
    } catch {
      throw .init(
        error.kind, error.reason, retryAfter: error.retryAfter,
        leavesNothing: error.kind == .permanent)
    }
    leader = started
    reportedIP = nil
    sawForeign = nil
    startedPort = environment.listenPort
    mustBegin = false
    since = SystemClock.monotonicMilliseconds
    let place = environment.listenPort.map { ", port \($0)" } ?? ""
    environment.doLog(.info, SafeText("started process \(started.pid)\(place)"))
    return wait()
  }

  /// Continues frozen processes; returns whether none is left.
  private mutating func thaw(_ environment: Environment) throws(DeploymentFailure) -> Bool {
    let family = try family(environment)
    guard family.hasFrozen else { return true }
    isPatient = true
    family.signal(SIGCONT)
    return try !self.family(environment).hasFrozen
  }

  /// The processes that live on after the first one; throws if it is over.
  ///
  /// The group decides: a server may go on in a child after the process that started it. Only a
  /// first process that fails during the start ends the start, whatever else it left.
  private mutating func survivors(
    _ environment: Environment
  ) throws(DeploymentFailure) -> ProcessGroup {
    guard let leader else { throw .permanent("no process was started") }
    let ending = try readingProc(try leader.reap())
    let family = try family(environment)
    let hasFailed = !wasReady && ending != nil && ending != ProcessIdentity.success
    if !family.isGone, !hasFailed { return family }
    guard !wasReady else {
      throw .gone("process \(leader.pid) is gone" + (ending.map { ": it \($0)" } ?? ""))
    }
    let how = "\(environment.service.plan.command[0]) \(ending ?? "ended")"
    if let port = environment.listenPort, PortProbe.isTaken(port) == true, family.isGone {
      mustBegin = true
      throw .portTaken("\(how), and port \(port) is held by another program")
    }
    let event = environment.listenPort.map { "its port \($0) accepted" } ?? "it was ready"
    throw .init(
      .permanent, SafeText("\(how) before \(event)"), leavesNothing: family.isGone)
  }

  /// Where its processes listen instead, for the end of a sentence.
  private func listening(_ environment: Environment) throws(DeploymentFailure) -> String {
    let members = try family(environment).members.map(\.pid)
    let places = try PortProbe.places(of: members)
    return places.isEmpty ? "" : "; it listens on " + places.joined(separator: ", ")
  }

  // MARK: Current state

  /// The state of its port, determined without exchanging data.
  private enum PortAnswer {
    case accepts, closed, busy, foreign
  }

  private func portAnswer(_ environment: Environment) throws(DeploymentFailure) -> PortAnswer {
    guard let port = environment.listenPort else { return .accepts }
    switch PortProbe.connection(to: port) {
    case .refused: return .closed
    case .pending: return .busy
    case .accepted: break
    }
    // Another program may have taken the port after it was found free.
    if let leader, try PortProbe.isHeld(port, by: [leader.pid]) { return .accepts }
    let members = try family(environment).members.map(\.pid)
    return try PortProbe.isHeld(port, by: members) ? .accepts : .foreign
  }

  func family(_ environment: Environment) throws(DeploymentFailure) -> ProcessGroup {
    try ProcessGroup(of: environment.mark, leader: leader)
  }
}
