import DeploymentInterface

/// The observed state of a deployment's domain.
enum MachineObservation: Hashable, Sendable {
  case absent
  /// A domain has its name or UUID but not its mark; contains the reason as a sentence. If the same
  /// engine created it for another deployment, this deployment's domain no longer exists.
  case foreign(String, isOfSameEngine: Bool)
  case present(Machine)
}

/// A domain with our mark.
struct Machine: Hashable, Sendable {
  var power: Power
  var hasSavedState: Bool
  /// The address to which a user connects, while it runs.
  var address: String?
  /// Whether the guest has sent anything since it was started; if not, an address may be outdated.
  var hasSpoken = true
  /// Whether the guest agent has answered.
  var agentAnswers = false
  /// The URL of its display, while it runs.
  var console: String?
}

/// Work that may take long; only one runs at a time for each deployment.
enum Work: Hashable, Sendable {
  case make
  /// - Parameter restores: whether it must be started from its saved state.
  case start(restores: Bool)
  case resume, save, shutDown, powerOff
  /// - Parameter wasMade: whether its domain once existed, so its storage pool must exist.
  case remove(wasMade: Bool)

  /// Whether it may overtake work that hangs, because switching a machine off ends that work.
  var ends: Bool {
    switch self {
    case .remove, .powerOff: true
    case .make, .start, .resume, .save, .shutDown: false
    }
  }

  /// The work, for use in a sentence.
  var doing: String {
    switch self {
    case .make: "creating its disk and domain"
    case .start(restores: false): "starting it"
    case .start(restores: true): "restoring its saved state"
    case .resume: "resuming it"
    case .save: "saving its memory"
    case .shutDown: "asking the guest to shut down"
    case .powerOff: "switching it off"
    case .remove: "removing it"
    }
  }
}

extension DeploymentEnvironment<LibvirtService> {
  /// Reads the current state.
  func observe() async throws(DeploymentFailure) -> MachineObservation {
    let (mark, mac, plan) = (mark, cardAddress, plan)
    let found = await connection.call { session throws(VirtError) in
      do throws(VirtError) {
        return try MachineFinder(session, mark).observe(mac: mac, plan)
      } catch {
        // It disappeared while it was read.
        guard error.isAbsence else { throw error }
        return .absent
      }
    }
    switch found {
    case .success(let observation): return observation
    case .failure(let error): throw error.failure
    }
  }

  /// Starts this work, or joins it if it is running.
  func run(_ work: Work) async -> JobQueue.Answer {
    let order = MachineOperation(self)
    let connection = connection
    return await connection.jobs.run(
      work.doing, on: mark.uuid, waiting: .milliseconds(1500),
      overtaking: work.ends ? .minutes(1) : nil
    ) {
      connection.perform { session throws(VirtError) in try order.perform(work, session) }
    }
  }
}

/// Finds a deployment's domain.
struct MachineFinder {
  private let session: VirtSession
  private let mark: Mark

  init(_ session: VirtSession, _ mark: Mark) {
    self.session = session
    self.mark = mark
  }

  /// The domain with its UUID or its name, whether ours or not.
  private func candidate() throws(VirtError) -> VirtDomain? {
    if let domain = try session.domain(uuid: mark.uuid) { return domain }
    return try session.domain(name: mark.name)
  }

  /// Its domain; nil if it does not exist. Throws if the domain is not ours.
  func ours() throws(VirtError) -> VirtDomain? {
    guard let domain = try candidate() else { return nil }
    if let objection = try objection(to: domain) { throw .refusal(objection.words) }
    return domain
  }

  /// Its domain, for a removal; also nil if another deployment of ours has its name, which shows
  /// that it no longer exists.
  func oursToRemove() throws(VirtError) -> VirtDomain? {
    guard let domain = try candidate() else { return nil }
    guard let objection = try objection(to: domain) else { return domain }
    if objection.isOfSameEngine { return nil }
    throw .refusal(objection.words)
  }

  private func objection(
    to domain: VirtDomain
  ) throws(VirtError) -> (words: String, isOfSameEngine: Bool)? {
    let found = try domain.mark()
    if found == mark { return nil }
    let whose = found.map { "it belongs to deployment d\($0.id) of the engine \($0.owner)" }
    return (
      "the domain \(domain.name) is not ours: \(whose ?? "it does not carry our mark")",
      found?.owner == mark.owner
    )
  }

  func observe(mac: String, _ plan: LibvirtPlan) throws(VirtError) -> MachineObservation {
    guard let domain = try candidate() else { return .absent }
    if let objection = try objection(to: domain) {
      return .foreign(objection.words, isOfSameEngine: objection.isOfSameEngine)
    }
    let power = try domain.power()
    var machine = Machine(power: power, hasSavedState: try domain.hasSavedState())
    guard power == .running else { return .present(machine) }
    let document = (try? domain.runningXML()).flatMap { try? DomainDocument($0) }
    machine.console = document?.console
    machine.hasSpoken = domain.hasSpoken(through: mac)
    machine.address = address(
      of: domain, mac: mac, on: document?.network, from: plan.addressSources)
    if plan.osManager == .agent { machine.agentAnswers = (try? domain.users()) != nil }
    return .present(machine)
  }

  /// The address from the first source that knows it. A source that is missing or knows none is not
  /// an error.
  private func address(
    of domain: VirtDomain, mac: String, on network: String?, from sources: [AddressSource]
  ) -> String? {
    for source in sources {
      var all: [GuestAddress] = []
      if source == .lease, let network {
        all = (try? session.leases(of: network, to: mac)) ?? []
      }
      if all.isEmpty { all = (try? domain.addresses(from: source)) ?? [] }
      if let best = GuestAddress.best(of: all, mac: mac) { return best }
    }
    return nil
  }
}
