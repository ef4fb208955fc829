public import DeploymentInterface
public import SafeTexts

/// The content of a request, grouped by its subject.
public enum RequestKind: Hashable, Sendable {
  /// About one deployment.
  case deployment(DeploymentID, DeploymentRequest)
  /// About a pool, by its name.
  case pool(SafeText, PoolRequest)
  /// About a provider, by its name.
  case provider(SafeText, ProviderRequest)
  /// A report from inside the deployment with this unique id.
  case guest(SafeText, GuestEvent)
  /// About an orphan.
  case orphan(OrphanName, OrphanRequest)
  /// About the engine itself.
  case engine(EngineRequest)
}

/// A request about one deployment.
public enum DeploymentRequest: Hashable, Sendable {
  /// See `Verb`.
  case cancel, destroy, ready, release, retry, forget, undo
  /// See `Verb`; to this level.
  case move(to: CacheLevel)
  /// See `Verb`; to this user.
  case assign(user: SafeText)
}

/// A request about a pool.
public enum PoolRequest: Hashable, Sendable {
  /// See `Verb`.
  case publish, forcePublication, cancelPublication, pause, resume, lift
  /// See `Verb`; for this user.
  case assign(user: SafeText)
  /// See `Verb`; this user.
  case unwait(user: SafeText)
  /// See `Verb`; nil resets them.
  case resize(SizeOverrides?)
}

/// A request about a provider.
public enum ProviderRequest: Hashable, Sendable {
  /// See `Verb`.
  case maintenance(Bool)
}

/// A request about an orphan.
public enum OrphanRequest: Hashable, Sendable {
  /// See `Verb`.
  case remove, noteRemoval
  /// See `Verb`; for this user.
  case adopt(user: SafeText)
}

/// A request about the engine itself, which the program around the core carries out.
public enum EngineRequest: Hashable, Sendable {
  /// See `Verb`.
  case reload(force: Bool, closeAll: Bool)
}

extension Verb {
  /// Its content, grouped by its subject.
  public var kind: RequestKind {
    switch self {
    case .cancel(let id): .deployment(id, .cancel)
    case .destroy(let id): .deployment(id, .destroy)
    case .move(let id, let level): .deployment(id, .move(to: level))
    case .ready(let id): .deployment(id, .ready)
    case .assign(let id, let user): .deployment(id, .assign(user: user))
    case .release(let id): .deployment(id, .release)
    case .retry(let id): .deployment(id, .retry)
    case .forget(let id): .deployment(id, .forget)
    case .undo(let id): .deployment(id, .undo)
    case .assignFromPool(let name, let user): .pool(name, .assign(user: user))
    case .unwait(let name, let user): .pool(name, .unwait(user: user))
    case .publish(let name): .pool(name, .publish)
    case .forcePublication(let name): .pool(name, .forcePublication)
    case .cancelPublication(let name): .pool(name, .cancelPublication)
    case .pause(let name): .pool(name, .pause)
    case .resume(let name): .pool(name, .resume)
    case .lift(let name): .pool(name, .lift)
    case .resize(let name, let sizes): .pool(name, .resize(sizes))
    case .maintenance(let name, let isOn): .provider(name, .maintenance(isOn))
    case .notify(let uniqueId, let word): .guest(uniqueId, word)
    case .removeOrphan(let name): .orphan(name, .remove)
    case .noteRemoval(let name): .orphan(name, .noteRemoval)
    case .adopt(let name, let user): .orphan(name, .adopt(user: user))
    case .reload(let force, let closeAll): .engine(.reload(force: force, closeAll: closeAll))
    }
  }

  /// The deployment that the request is about; nil if none.
  public var deployment: DeploymentID? {
    switch kind {
    case .deployment(let id, _): id
    case .pool, .provider, .guest, .orphan, .engine: nil
    }
  }

  /// The pool that the request is about; nil if none.
  public var pool: SafeText? {
    switch kind {
    case .pool(let name, _): name
    case .deployment, .provider, .guest, .orphan, .engine: nil
    }
  }
}
