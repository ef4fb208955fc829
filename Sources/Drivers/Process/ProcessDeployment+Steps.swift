import DeploymentInterface
import Glibc
import Posix
import SafeTexts

extension ProcessDeployment {
  private static let freezeWithin = TimeSpan.seconds(10)

  /// The next thing towards running, thawed, and accepting at its port.
  mutating func approachRunning(
    _ environment: Environment
  ) throws(DeploymentFailure) -> TaskState {
    guard let process = try leader?.found(with: environment.mark) else {
      return try ended(environment)
    }
    // Frozen before accepting: the kernel goes on accepting for a listener that is stopped. While
    // it starts only the leader is looked at; all of them would cost too much at every check.
    if process.isFrozen || wasReady, try !thaw(environment) { return wait() }
    let time = environment.service.plan.readyWithin
    switch try portAnswer(environment) {
    case .accepts:
      ip = environment.listenPort.map { "127.0.0.1:\($0)" } ?? "127.0.0.1"
      wasReady = true
      return finish()
    case .closed where !isPatient:
      throw .permanent("\(process) does not accept connections on \(environment.portText)")
    case .stranger where isLate(time):
      mustBegin = true
      throw .portTaken("\(environment.portText) is held by another program")
    case .closed where isLate(time), .busy where isLate(time):
      throw .permanent(
        "\(process) did not accept connections on \(environment.portText) within \(time)")
    case .closed, .busy, .stranger:
      return wait()
    }
  }

  /// The next thing towards having been ready once, and all of it stopped since.
  mutating func approachFrozen(
    _ environment: Environment
  ) throws(DeploymentFailure) -> TaskState {
    if !wasReady {
      let answer = try approachRunning(environment)
      guard answer == .finished else { return answer }
      goal = .frozen
      since = SystemClock.monotonicMilliseconds
    }
    guard try leader?.found(with: environment.mark) != nil else { return try ended(environment) }
    var family = try family(environment)
    if family.isFrozen { return finish() }
    family.signal(SIGSTOP)
    // Who sleeps is stopped as soon as the signal is sent: mostly there is no need to come again.
    family = try self.family(environment)
    if family.isFrozen { return finish() }
    guard isLate(Self.freezeWithin) else { return wait() }
    throw .transient("\(family) could not be stopped within \(Self.freezeWithin)")
  }

  /// The next thing towards nothing being left.
  mutating func approachGone(_ environment: Environment) throws(DeploymentFailure) -> TaskState {
    if let leader { _ = try readingProc(try leader.reap()) }
    let family = try family(environment)
    if family.isGone {
      if let leader { environment.doLog(.info, SafeText("process \(leader.pid) is gone")) }
      leader = nil
      ip = nil
      wasReady = false
      return finish()
    }
    let time = environment.service.plan.stopWithin
    guard isLate(time) else { return wait() }
    if !isKilling {
      environment.doLog(.warning, SafeText("killed \(family): it did not end within \(time)"))
    }
    isKilling = true
    family.signal(SIGKILL)
    return wait()
  }

  /// Starts it; nothing of it exists.
  mutating func start(_ environment: Environment) throws(DeploymentFailure) -> TaskState {
    if let port = environment.listenPort {
      guard let isTaken = PortProbe.isTaken(port) else {
        throw .transient("cannot determine whether port \(port) is free")
      }
      if isTaken { throw .portTaken("port \(port) is taken by another program") }
    } else if environment.service.usesPort {
      throw .permanent("it has no port")
    }
    let started = try ProcessSpawn(environment).start()
    leader = started
    startedPort = environment.listenPort
    mustBegin = false
    since = SystemClock.monotonicMilliseconds
    let place = environment.listenPort.map { ", port \($0)" } ?? ""
    environment.doLog(.info, SafeText("started process \(started.pid)\(place)"))
    return wait()
  }

  /// Whether nothing of it is frozen, as far as can be seen; what is, is sent on its way.
  private mutating func thaw(_ environment: Environment) throws(DeploymentFailure) -> Bool {
    let family = try family(environment)
    guard family.hasFrozen else { return true }
    isPatient = true
    family.signal(SIGCONT)
    return try !self.family(environment).hasFrozen
  }

  /// The answer when the first process is not there any more.
  private mutating func ended(_ environment: Environment) throws(DeploymentFailure) -> TaskState {
    guard let leader else { throw .permanent("no process was started") }
    let ending = try readingProc(try leader.reap())
    guard !wasReady else {
      throw .permanent("process \(leader.pid) is gone" + (ending.map { ": it \($0)" } ?? ""))
    }
    let how = "\(environment.service.plan.command[0]) \(ending ?? "ended")"
    if let port = environment.listenPort, PortProbe.isTaken(port) == true,
      try family(environment).isGone
    {
      mustBegin = true
      throw .portTaken("\(how), and port \(port) is held by another program")
    }
    let event = environment.listenPort.map { "its port \($0) accepted" } ?? "it was ready"
    throw .permanent("\(how) before \(event)")
  }

  // MARK: What is there

  /// What can be said of its port without asking the program.
  private enum PortAnswer {
    case accepts, closed, busy, stranger
  }

  private func portAnswer(_ environment: Environment) throws(DeploymentFailure) -> PortAnswer {
    guard let port = environment.listenPort else { return .accepts }
    switch PortProbe.connection(to: port) {
    case .refused: return .closed
    case .pending: return .busy
    case .accepted: break
    }
    // A stranger may have been faster with a port that was free when we looked.
    if let leader, try PortProbe.isHeld(port, by: [leader.pid]) { return .accepts }
    let members = try family(environment).members.map(\.pid)
    return try PortProbe.isHeld(port, by: members) ? .accepts : .stranger
  }

  func family(_ environment: Environment) throws(DeploymentFailure) -> ProcessGroup {
    try ProcessGroup(of: environment.mark, leader: leader)
  }
}
