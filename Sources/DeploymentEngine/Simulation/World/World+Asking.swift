package import DeploymentEngine
package import DeploymentInterface
package import SafeTexts

extension World {
  /// Sends a request and returns the reply.
  @discardableResult
  package func ask(
    _ verb: Verb, by actor: SafeText = "operator", ifRevision: UInt64? = nil,
    notBefore: TimeSpan? = nil, key: RequestKey? = nil, waitedForBy asker: Asker? = nil
  ) -> Reply {
    let key = key ?? freshKey()
    var request = Request(
      key: key, actor: actor, verb: verb, ifRevision: ifRevision,
      notBefore: notBefore.map { now.utc + $0 })
    request.asker = asker
    let outcome = step(.request(request))
    return outcome.answers.first { $0.key == key }?.reply
      ?? .refused(Refusal(.invalid, "no answer"))
  }

  /// Sends a request that must be refused and change nothing; returns the refusal.
  package func refusal(
    of verb: Verb, ifRevision: UInt64? = nil, notBefore: TimeSpan? = nil
  ) -> Refusal? {
    let before = (engine.deployments, engine.pools, engine.waiters, engine.publications)
    let reply = ask(verb, ifRevision: ifRevision, notBefore: notBefore)
    guard case .refused(let refusal) = reply else {
      complain("\(verb) is accepted: \(reply)")
      return nil
    }
    let after = (engine.deployments, engine.pools, engine.waiters, engine.publications)
    if before != after { complain(.answers, "\(verb) is refused and changes something") }
    if !last.calls.isEmpty { complain(.answers, "\(verb) is refused and makes a call") }
    if refusal.sentence.isEmpty { complain("\(verb) is refused without a sentence") }
    return refusal
  }

  /// Requests a deployment of a pool for a user.
  @discardableResult
  package func assign(
    _ user: SafeText, from pool: SafeText = "lab", waitedForBy asker: Asker? = nil
  ) -> Reply {
    ask(.assignFromPool(pool, user: user), waitedForBy: asker)
  }

  /// Sends an event of the agent inside the deployment with this number.
  @discardableResult
  package func hear(_ word: GuestEvent, from number: Int64) -> Reply {
    ask(.notify(self[number].uniqueId, word))
  }

  /// The call in flight on the deployment with this number.
  package func flight(_ number: Int64) -> Flight? {
    flights.first { $0.call.subject == .deployment(DeploymentID(number)) }
  }

  /// The task of the call in flight on the deployment with this number.
  package func task(_ number: Int64) -> DriverTask? { flight(number)?.call.task }

  /// Ends the call in flight on this deployment with an answer.
  package func answer(_ number: Int64, _ answer: TaskState) {
    guard let flight = flight(number) else { return complain("no call on d\(number)") }
    comeBack(flight, with: answer)
  }

  /// The deployment with this number.
  package subscript(number: Int64) -> Deployment {
    if let found = engine.deployment(DeploymentID(number)) { return found }
    complain("there is no d\(number)")
    return .nobody
  }

  /// The pool with this name.
  package func pool(_ name: SafeText = "lab") -> Pool {
    if let found = engine.pool(named: name) { return found }
    complain("there is no pool \(name)")
    return Pool(id: PoolID(0), name: name, provider: "", sizes: Sizes())
  }

  /// The numbers of the deployments that satisfy a predicate, in order.
  package func numbers(where holds: (Deployment) -> Bool) -> [Int64] {
    engine.deployments.filter(holds).map(\.id.number)
  }

  /// The numbers of the unreserved deployments that are ready at a level.
  package func ready(at level: CacheLevel, in pool: SafeText = "lab") -> [Int64] {
    let id = self.pool(pool).id
    return numbers { $0.pool == id && $0.isSupply(at: level) && $0.isReady }
  }

  /// The deployment that a user holds or has reserved.
  package func held(by user: SafeText) -> Deployment? {
    engine.deployments.first { $0.placement.user == user && $0.isSupply }
  }

  /// The tasks of the calls on the deployment with this number, in order.
  package func tasks(of number: Int64) -> [DriverTask] {
    calls.filter { $0.call.subject == .deployment(DeploymentID(number)) }.compactMap(\.call.task)
  }

  /// The notices that the deployment with this number received, in order.
  package func notices(of number: Int64) -> [Notice] {
    calls.filter { $0.call.subject == .deployment(DeploymentID(number)) }.flatMap(\.call.notices)
  }
}

extension World {
  /// Changes the configuration file and lets the engine read it.
  package func reconfigure(_ change: (inout Configuration) -> Void) {
    change(&file)
    step(configured)
    drain()
  }
}

extension Reply {
  /// Whether the request is accepted.
  package var isAccepted: Bool {
    switch self {
    case .accepted: true
    case .refused: false
    }
  }
  /// What it says.
  package var sentence: SafeText {
    switch self {
    case .accepted(_, let note): note
    case .refused(let refusal): refusal.sentence
    }
  }
  /// The number of the deployment that an acceptance names.
  package var number: Int64? {
    switch self {
    case .accepted(let id, _): id?.number
    case .refused: nil
    }
  }
}

extension Deployment {
  /// A placeholder for a deployment that is missing.
  package static let nobody = Deployment(
    id: DeploymentID(0), pool: PoolID(0), identity: Identity(name: ""),
    placement: .cache(.l1, reservedFor: nil), phase: .removed, guest: .silent,
    publication: nil, because: "", at: Timestamp(milliseconds: 0))
}
