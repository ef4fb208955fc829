import DeploymentInterface
import Posix

extension LibvirtDeployment {
  /// The next step of an operation.
  enum Step {
    case answer(TaskState)
    case wait
    case work(Work)
  }

  private static let mostStarts = 2

  /// The next step towards running and ready.
  mutating func stepToRunning(_ observation: MachineObservation, _ environment: Environment)
    async throws(DeploymentFailure) -> Step
  {
    switch observation {
    // Nothing is made before the name is known to be free.
    case .foreign(let words, _): throw isMade ? .permanent(words) : .nameTaken(words)
    case .absent where isMade: throw .gone("it is gone: somebody removed its domain")
    case .absent: return .work(.make)
    case .present(let machine):
      switch machine.power {
      case .running: return try await stepToReady(machine, environment)
      case .ending, .paused(.atWork): return .wait
      case .asleep, .paused(.byHand): return .work(.resume)
      case .paused(.failure), .crashed: throw .permanent(machine.power.words)
      case .off(let ending): return try start(ending, machine)
      }
    }
  }

  private mutating func start(_ ending: Power.Ending, _ machine: Machine) throws(DeploymentFailure)
    -> Step
  {
    if isSaved, !machine.hasSavedState {
      throw .permanent("its saved state is missing; it is not started without it")
    }
    guard starts < Self.mostStarts else {
      throw .permanent("it was started and stopped again: \(ending.rawValue)")
    }
    starts += 1
    isBooting = !isSaved
    since = SystemClock.monotonicMilliseconds
    return .work(.start(restores: isSaved))
  }

  private mutating func stepToReady(_ machine: Machine, _ environment: Environment)
    async throws(DeploymentFailure) -> Step
  {
    isSaved = false
    let plan = environment.plan
    if let missing = await whatIsMissing(machine, environment) {
      guard isLate(plan.readyWithin) else { return .wait }
      throw .permanent("it runs, but \(missing) within \(plan.readyWithin)")
    }
    // One that is as before does not replace what the OS manager reported since.
    if let address = machine.address, address != observedIP {
      ip = address
      observedIP = address
    }
    wasReady = true
    isBooting = false
    if goal == .saved { return try await stepToSaved(.present(machine), environment) }
    console = machine.console
    return .answer(finish(environment))
  }

  /// What is missing until it is ready, as a clause; nil if nothing is.
  private func whatIsMissing(_ machine: Machine, _ environment: Environment) async -> String? {
    let plan = environment.plan
    if plan.osManager == .agent, !machine.agentAnswers { return "its guest agent did not answer" }
    // Without an address no user can be let in.
    let isForUser = environment.record.placement.user != nil && plan.osManager != .notify
    guard plan.waitsForAddress || isForUser else { return nil }
    guard let address = machine.address, machine.hasSpoken || !isBooting else {
      return "it had no address"
    }
    guard let port = plan.port else { return nil }
    let accepts = await environment.connection.call(within: .seconds(5)) { _ throws(VirtError) in
      GuestPort.accepts(address, port)
    }
    return (try? accepts.get()) == true
      ? nil : "\(address) did not accept connections on port \(port)"
  }

  /// The next step towards having been ready once and then using no memory.
  mutating func stepToSaved(_ observation: MachineObservation, _ environment: Environment)
    async throws(DeploymentFailure) -> Step
  {
    guard wasReady else { return try await stepToRunning(observation, environment) }
    let isShutDown = isShutDownInstead || environment.plan.level2 == .shutDown
    switch observation {
    case .foreign(let words, _): throw .permanent(words)
    case .absent: throw .gone("it is gone: somebody removed its domain")
    case .present(let machine):
      switch machine.power {
      case .off(let ending):
        guard machine.hasSavedState || isShutDown else {
          throw .permanent("it is off and has no saved state: \(ending.rawValue)")
        }
        isSaved = machine.hasSavedState
        ip = nil
        observedIP = nil
        console = nil
        return .answer(finish(environment))
      case .ending, .paused(.atWork): return .wait
      case .crashed, .paused(.failure): throw .permanent(machine.power.words)
      case .running, .paused(.byHand), .asleep:
        return isShutDown ? switchOff(environment) : .work(.save)
      }
    }
  }

  /// The next step towards nothing being left.
  mutating func stepToGone(_ observation: MachineObservation, _ environment: Environment)
    throws(DeploymentFailure)
    -> Step
  {
    switch observation {
    case .foreign(let words, isOfSameEngine: false): throw .permanent(words)
    case .absent where isCleared, .foreign where isCleared:
      ip = nil
      observedIP = nil
      console = nil
      wasReady = false
      isMade = false
      isSaved = false
      return .answer(finish(environment))
    case .absent, .foreign: return .work(.remove(wasMade: isMade))
    case .present(let machine):
      isCleared = false
      guard !isHurried, !machine.power.isOff, !isLate(environment.plan.stopWithin) else {
        return .work(.remove(wasMade: true))
      }
      return isAsked ? .wait : askToShutDown()
    }
  }

  private mutating func switchOff(_ environment: Environment) -> Step {
    if isHurried || isAsked && isLate(environment.plan.stopWithin) { return .work(.powerOff) }
    return isAsked ? .wait : askToShutDown()
  }

  private mutating func askToShutDown() -> Step {
    isAsked = true
    since = SystemClock.monotonicMilliseconds
    return .work(.shutDown)
  }

  /// Why a machine must not be restarted: somebody switched it off, or it failed. One that its user
  /// has shut down is restarted, because that user wants it.
  static func stoppedFromOutside(_ observation: MachineObservation) -> String? {
    guard case .present(let machine) = observation, case .off(let ending) = machine.power else {
      return nil
    }
    switch ending {
    case .destroyed, .crashed, .failed: return "it is off: \(ending.rawValue)"
    case .unknown, .shutDown, .saved, .elsewhere, .host: return nil
    }
  }
}
