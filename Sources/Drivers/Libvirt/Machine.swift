import DeploymentInterface

/// What there is of one deployment.
enum Look: Hashable, Sendable {
  case absent
  /// Something has its name or UUID, and not its mark; what, as a sentence. One that the same
  /// engine made for another deployment has the name because this one was gone.
  case foreign(String, isOfSameEngine: Bool)
  case present(Machine)
}

/// A domain with our mark.
struct Machine: Hashable, Sendable {
  var power: Power
  var hasSavedState: Bool
  /// Where a user would connect to, while it runs.
  var address: String?
  /// It has sent something since it was started: an address may be older than that.
  var hasSpoken = true
  /// The agent in the guest has answered.
  var agentAnswers = false
  /// Where its screen is, while it runs.
  var console: String?
}

/// What may take long, done one thing at a time for each deployment.
enum Work: Hashable, Sendable {
  case make
  /// `restores`: only with its saved state.
  case start(restores: Bool)
  case resume, save, shutDown, powerOff
  /// `wasMade`: its domain was seen once, so its storage pool must be there.
  case remove(wasMade: Bool)

  /// It need not wait for another one that hangs: switching a machine off ends that.
  var ends: Bool {
    switch self {
    case .remove, .powerOff: true
    case .make, .start, .resume, .save, .shutDown: false
    }
  }

  /// For a sentence.
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
  /// Looks at what is there.
  func look() async throws(DeploymentFailure) -> Look {
    let (mark, mac, plan) = (mark, cardAddress, plan)
    let found = await connection.call { session throws(VirtError) in
      do throws(VirtError) {
        return try MachineFinder(session, mark).look(mac: mac, plan)
      } catch {
        // It went while it was looked at.
        guard error.isAbsence else { throw error }
        return .absent
      }
    }
    switch found {
    case .success(let look): return look
    case .failure(let error): throw error.failure
    }
  }

  /// Does a thing, or finds it being done.
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

  /// Whatever has its UUID or its name.
  private func candidate() throws(VirtError) -> VirtDomain? {
    if let domain = try session.domain(uuid: mark.uuid) { return domain }
    return try session.domain(name: mark.name)
  }

  /// Its domain; nil: there is none. What is not ours is refused.
  func ours() throws(VirtError) -> VirtDomain? {
    guard let domain = try candidate() else { return nil }
    if let objection = try objection(to: domain) { throw .refusal(objection.words) }
    return domain
  }

  /// The same for a removal: that another deployment has its name shows that it is gone.
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

  func look(mac: String, _ plan: LibvirtPlan) throws(VirtError) -> Look {
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

  /// A source that knows nothing, or is not there, is no error: another one may know.
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
