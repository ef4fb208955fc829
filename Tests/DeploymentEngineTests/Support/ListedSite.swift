import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts

/// An engine with one provider that can list what exists on it. Every driver call finishes at once.
final class ListedSite {
  private(set) var engine: Engine
  private(set) var now = EngineTime.start
  private var configuration: Configuration
  private let services: [String: ServiceOffer]

  /// What exists on the provider beside what has a record.
  var things: [ExternalResource] = []
  /// What exists on the provider "there".
  var others: [ExternalResource] = []
  /// Deployments that exist no more: they are not listed, and every call on them finds nothing.
  var vanished: Set<DeploymentID> = []
  /// Providers that cannot be listed any more from the next configuration on.
  var unlisted: Set<String> = []
  /// Says instead that it cannot be listed, or removed.
  var problem: SafeText?
  /// Says nothing at all.
  var isSilent = false
  /// Calls of this operation, and questions about what exists, that are not answered by themselves.
  var holding: OperationKind?
  var holdsInventories = false
  private(set) var held: [Call] = []
  private(set) var inventories: [InventoryCall] = []
  /// Every call of this operation fails for good.
  var failing: OperationKind?
  /// The only deployment that `failing` concerns; nil: every one.
  var failingNumber: Int64?
  private(set) var listings = 0
  private(set) var removed: [SafeText] = []
  private(set) var answers: [Reply] = []
  private(set) var journal: [JournalEntry] = []
  private(set) var calls: [Call] = []
  private var requests = 0

  init(
    l1: Int = 1, max: Int = 4, rule: OrphanRule = OrphanRule(),
    limits: ProviderLimits = ProviderLimits(), loading state: StoredState? = nil,
    lists: Bool = true, publishes: Bool = false
  ) {
    let pool = PoolSetup.pool(l1: l1, max: max, publishes: publishes)
    configuration = Configuration(
      providers: [
        ProviderConfiguration(name: "here", driver: "x", limits: limits, orphans: rule)
      ], pools: [pool.configuration])
    services = ["lab": pool.offer]
    engine = Engine(seed: 1, loading: state ?? StoredState(), at: now)
    tell(.configured(configuration, services: services, inventories: lists ? ["here"] : []))
  }

  func limitHistory(to count: Int) { engine.historyLimit = count }

  /// What a store holds after all this.
  var stored: StoredState {
    var state = StoredState()
    state.configuration = configuration
    state.counters.deployment = (engine.deployments.map(\.id.number).max() ?? 0) + 1
    state.counters.pool = 2
    state.providers = engine.providers
    state.pools = engine.pools
    state.deployments = engine.deployments
    return state
  }

  /// The names of all that have a record.
  var names: [String] {
    engine.deployments.filter { !$0.phase.isHistory }.map(\.identity.name).sorted()
  }
  var list: OrphanList { engine.providers.first?.orphans ?? OrphanList() }
  var shown: [SafeText] { list.confirmed.map(\.thing.name) }

  /// A machine that belongs to this deployment.
  static func machine(_ number: Int64, name: String? = nil) -> ExternalResource {
    let name = name ?? "lab-9\(number)"
    return ExternalResource(
      kind: "domain", name: SafeText(name), purpose: .deployment(DeploymentID(number)),
      identity: Identity(name: name))
  }

  func tell(_ event: Event) {
    var events = [event]
    while !events.isEmpty {
      let outcome = engine.step(events.removeFirst(), at: now)
      journal += outcome.journal
      answers += outcome.answers.map(\.reply)
      calls += outcome.calls
      for call in outcome.calls {
        if holding != nil, call.task?.operation == holding {
          held.append(call)
          continue
        }
        let concerns =
          failingNumber.map { call.subject == .deployment(DeploymentID($0)) } ?? true
        let isBroken = failing != nil && call.task?.operation == failing && concerns
        let answer: TaskState =
          isBroken
          ? .error(.init(.permanent, "broken"))
          : isGone(call) ? .error(.init(.gone, "there is no such machine")) : .finished
        events.append(.callEnded(CallResult(id: call.id, answer: answer, ip: address(call))))
      }
      inventories += outcome.inventories
      for call in outcome.inventories where !isSilent && !holdsInventories {
        events.append(.inventoried(call.id, answer(call)))
      }
    }
  }

  private func isGone(_ call: Call) -> Bool {
    guard case .deployment(let id) = call.subject, vanished.contains(id),
      let operation = call.task?.operation
    else { return false }
    return operation != .destroy
  }

  private func address(_ call: Call) -> SafeText? {
    guard case .deployment(let id) = call.subject else { return nil }
    return "10.0.0.\(id.number)"
  }

  /// The last question is answered now.
  func answerInventory() {
    guard let call = inventories.last else { return }
    tell(.inventoried(call.id, answer(call)))
  }

  /// What was held back has worked.
  func answerHeld() {
    let calls = held
    held = []
    for call in calls {
      tell(.callEnded(CallResult(id: call.id, answer: .finished, ip: address(call))))
    }
  }

  /// The configuration is read again with something changed in it.
  func reconfigure(_ change: (inout Configuration) -> Void) {
    change(&configuration)
    let lists = Set(configuration.providers.map(\.name)).subtracting(unlisted)
    tell(.configured(configuration, services: services, inventories: lists))
  }

  private func answer(_ call: InventoryCall) -> InventoryAnswer {
    if call.task == .list { listings += 1 }
    if let problem { return .failed(problem) }
    switch call.task {
    case .list:
      return .things((call.provider == "there" ? others : things) + living(on: call.provider))
    case .remove(let thing):
      things.removeAll { $0 == thing }
      others.removeAll { $0 == thing }
      removed.append(thing.name)
      return .removed
    }
  }

  /// What has a record exists as well.
  private func living(on provider: SafeText) -> [ExternalResource] {
    let pools = Set(engine.pools.filter { $0.provider == provider }.map(\.id))
    return engine.deployments.filter {
      pools.contains($0.pool) && !$0.phase.isHistory && !vanished.contains($0.id)
    }.map {
      ExternalResource(
        kind: "domain", name: SafeText($0.identity.name), purpose: .deployment($0.id),
        identity: $0.identity)
    }
  }

  @discardableResult
  func ask(_ verb: Verb) -> Reply? {
    requests += 1
    tell(.request(Request(key: RequestKey("\(requests)"), actor: "ann", verb: verb)))
    return answers.last
  }

  func remove(_ name: SafeText, on provider: SafeText = "here") -> Reply? {
    ask(.removeOrphan(OrphanName(provider: provider, kind: "domain", name: name)))
  }
  func adopt(_ name: SafeText, for user: SafeText) -> Reply? {
    ask(.adopt(Self.named(name), user: user))
  }

  static func named(_ name: SafeText) -> OrphanName {
    OrphanName(provider: "here", kind: "domain", name: name)
  }

  /// Lets time pass, with all that becomes due in it.
  func pass(_ span: TimeSpan) {
    let end = now.moment + span
    while let wake = engine.nextWake, wake <= end {
      move(to: max(wake, now.moment))
      tell(.tick)
    }
    move(to: end)
  }

  private func move(to moment: Moment) {
    now.utc = now.utc + .milliseconds((moment - now.moment).milliseconds)
    now.moment = moment
  }
}
