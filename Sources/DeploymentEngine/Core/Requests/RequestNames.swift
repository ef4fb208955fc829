public import DeploymentInterface
public import SafeTexts

extension DeploymentRequest {
  /// The name of the request.
  public var name: RequestName {
    switch self {
    case .cancel: .cancel
    case .destroy: .destroy
    case .ready: .ready
    case .release: .release
    case .retry: .retry
    case .forget: .forget
    case .undo: .undo
    case .move: .move
    case .assign: .assign
    }
  }

  /// The request as one that can wait for its not-before time; nil if it cannot.
  public var graceful: GracefulVerb? { name.row.graceful }

  /// The request with a name; nil if requests with this name are not about a deployment.
  /// - Parameters:
  ///   - level: the present cache level of the deployment, for a move to the other one.
  ///   - user: the user to whom it is assigned.
  public init?(_ name: RequestName, level: CacheLevel?, user: SafeText) {
    switch name {
    case .cancel: self = .cancel
    case .destroy: self = .destroy
    case .ready: self = .ready
    case .release: self = .release
    case .retry: self = .retry
    case .forget: self = .forget
    case .undo: self = .undo
    case .move: self = .move(to: level?.other ?? .l1)
    case .assign: self = .assign(user: user)
    case .assignFromPool, .unwait, .publish, .forcePublication, .cancelPublication, .pause, .resume,
      .lift, .resize, .maintenance, .notify, .removeOrphan, .noteRemoval, .adopt, .reload:
      return nil
    }
  }
}

extension PoolRequest {
  /// The name of the request.
  public var name: RequestName {
    switch self {
    case .publish: .publish
    case .forcePublication: .forcePublication
    case .cancelPublication: .cancelPublication
    case .pause: .pause
    case .resume: .resume
    case .lift: .lift
    case .assign: .assignFromPool
    case .unwait: .unwait
    case .resize: .resize
    }
  }
}

extension RequestKind {
  /// The name of the request.
  public var name: RequestName {
    switch self {
    case .deployment(_, let asked): asked.name
    case .pool(_, let asked): asked.name
    case .provider(_, .maintenance): .maintenance
    case .guest: .notify
    case .orphan(_, .remove): .removeOrphan
    case .orphan(_, .noteRemoval): .noteRemoval
    case .orphan(_, .adopt): .adopt
    case .engine(.reload): .reload
    }
  }
}

extension Verb {
  /// The name of the request.
  public var name: RequestName { kind.name }

  /// A request about a deployment.
  public init(_ asked: DeploymentRequest, of id: DeploymentID) {
    switch asked {
    case .cancel: self = .cancel(id)
    case .destroy: self = .destroy(id)
    case .ready: self = .ready(id)
    case .release: self = .release(id)
    case .retry: self = .retry(id)
    case .forget: self = .forget(id)
    case .undo: self = .undo(id)
    case .move(let level): self = .move(id, to: level)
    case .assign(let user): self = .assign(id, user: user)
    }
  }

  /// A request about a pool.
  public init(_ asked: PoolRequest, of pool: SafeText) {
    switch asked {
    case .publish: self = .publish(pool)
    case .forcePublication: self = .forcePublication(pool)
    case .cancelPublication: self = .cancelPublication(pool)
    case .pause: self = .pause(pool)
    case .resume: self = .resume(pool)
    case .lift: self = .lift(pool)
    case .assign(let user): self = .assignFromPool(pool, user: user)
    case .unwait(let user): self = .unwait(pool, user: user)
    case .resize(let sizes): self = .resize(pool, sizes)
    }
  }

  /// The request as one that can wait for its not-before time; nil if it cannot.
  public var graceful: GracefulVerb? { name.row.graceful }

  /// The request in the journal's wording.
  public var word: String {
    switch self {
    case .assign(_, let user), .assignFromPool(_, let user): "assign to \(user)"
    case .unwait(_, let user): "take \(user) off the queue"
    case .move(_, let level): "move to \(level.rawValue)"
    case .forcePublication: "force the publication"
    case .cancelPublication: "cancel the publication"
    case .maintenance(_, let isOn): "maintenance \(isOn ? "on" : "off")"
    case .notify(_, let word): "notify \(word.word)"
    case .removeOrphan(let name): "remove the \(name)"
    case .noteRemoval(let name): "remove the \(name) by hand"
    case .adopt(let name, let user): "adopt the \(name) for \(user)"
    case .cancel, .destroy, .ready, .release, .retry, .forget, .undo, .publish, .pause, .resume,
      .lift, .resize, .reload:
      name.rawValue
    }
  }
}

extension GracefulVerb {
  /// The name on the command line.
  public var word: String { request.name.rawValue }

  /// The request about a deployment.
  var request: DeploymentRequest {
    switch self {
    case .cancel: .cancel
    case .destroy: .destroy
    case .release: .release
    }
  }
}
