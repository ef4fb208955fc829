public import DeploymentInterface

/// The limits of a provider.
public struct ProviderLimits: Hashable, Codable, Sendable {
  /// Concurrent deploys and moves in `preparing`.
  public var preparing: Int
  /// Concurrent removals and cancels.
  public var removing: Int
  /// Resources that exist on it.
  public var deployments: Int
  /// Concurrent `setReady` calls for users.
  public var settingReady: Int

  /// Limits from their parts.
  public init(
    preparing: Int = 15, removing: Int = 15, deployments: Int = 1000, settingReady: Int = 64
  ) {
    self.preparing = preparing
    self.removing = removing
    self.deployments = deployments
    self.settingReady = settingReady
  }
}

/// A provider as it is configured.
public struct ProviderConfiguration: Hashable, Codable, Sendable {
  /// Its name; unique.
  public var name: String
  /// The name of its driver.
  public var driver: String
  /// Its limits.
  public var limits: ProviderLimits
  /// What happens to its orphans.
  public var orphans: OrphanRule
  /// The driver's own parameters.
  public var parameters: ParameterValues

  /// A provider from its parts.
  public init(
    name: String, driver: String, limits: ProviderLimits = ProviderLimits(),
    orphans: OrphanRule = OrphanRule(), parameters: ParameterValues = [:]
  ) {
    self.name = name
    self.driver = driver
    self.limits = limits
    self.orphans = orphans
    self.parameters = parameters
  }

  /// Decodes a stored provider; a store of an earlier version has no rule.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    driver = try container.decode(String.self, forKey: .driver)
    limits = try container.decode(ProviderLimits.self, forKey: .limits)
    orphans = try container.decodeIfPresent(OrphanRule.self, forKey: .orphans) ?? OrphanRule()
    parameters = try container.decode(ParameterValues.self, forKey: .parameters)
  }
}

/// What happens to a deployment when its last user logs out.
public enum LogoutPolicy: String, Hashable, Codable, Sendable, CaseIterable {
  /// It stays with its user.
  case keep
  /// It is removed.
  case remove
}

/// How names are made: a prefix and a zero-padded number.
public struct NamePattern: Hashable, Codable, Sendable {
  /// What every name begins with.
  public var prefix: String
  /// Digits of the number; prefix and digits together at most `Limits.nameLength`.
  public var digits: Int
  /// A pattern from its parts.
  public init(prefix: String, digits: Int) {
    self.prefix = prefix
    self.digits = digits
  }
}

/// A range of MAC addresses, both ends included.
public struct MACRange: Hashable, Codable, Sendable {
  /// The lowest address.
  public var first: MACAddress
  /// The highest address; not below `first`.
  public var last: MACAddress
  /// A range; nil if `first` is above `last`.
  public init?(first: MACAddress, last: MACAddress) {
    guard first <= last else { return nil }
    self.first = first
    self.last = last
  }
}

/// The time limits of a pool.
public struct PoolDeadlines: Hashable, Codable, Sendable {
  /// One driver call.
  public var call: TimeSpan
  /// Deploying, moving or making ready; after it the operation is cancelled.
  public var preparing: TimeSpan
  /// The OS manager's report; after it the deployment is removed.
  public var osReady: TimeSpan
  /// Removing or cancelling; after it the operation is retried.
  public var removing: TimeSpan

  /// Deadlines from their parts.
  public init(
    call: TimeSpan = .seconds(30), preparing: TimeSpan = .hours(1), osReady: TimeSpan = .hours(1),
    removing: TimeSpan = .hours(4)
  ) {
    self.call = call
    self.preparing = preparing
    self.osReady = osReady
    self.removing = removing
  }
}

/// When repeated creation errors restrain a pool.
public struct RestraintRule: Hashable, Codable, Sendable {
  /// The number of permanent creation errors; 0 never restrains.
  public var count: Int
  /// The time within which they happen.
  public var within: TimeSpan
  /// A rule from its parts.
  public init(count: Int = 3, within: TimeSpan = .seconds(600)) {
    self.count = count
    self.within = within
  }
}

/// What happens to a deployment that fails after its user was let in.
public enum FailurePolicy: String, Hashable, Codable, Sendable, CaseIterable {
  /// It stays the user's until a person decides, because data may be on it.
  case hold
  /// It is removed, and the user gets another one.
  case replace
}

/// What happens to what a pool caches when the pool leaves the configuration.
public enum RemovedPoolPolicy: String, Hashable, Codable, Sendable, CaseIterable {
  /// It is removed; what users hold stays.
  case drain
  /// It stays.
  case keep
}

/// A pool as it is configured.
public struct PoolConfiguration: Hashable, Codable, Sendable {
  /// Its name; unique.
  public var name: String
  /// The name of its provider.
  public var provider: String
  /// The driver's parameters of the pool's service.
  public var service: ParameterValues
  /// Its target sizes.
  public var sizes: Sizes
  /// How its deployments are named.
  public var names: NamePattern
  /// The MAC addresses of its deployments; nil if they get none.
  public var macs: MACRange?
  /// What happens at the last log-out.
  public var onLogout: LogoutPolicy
  /// When it is restrained.
  public var restrain: RestraintRule
  /// Its time limits.
  public var deadlines: PoolDeadlines
  /// How long a deployment that was never assigned stays in error before it is destroyed.
  public var errorRetention: TimeSpan
  /// How long history is kept.
  public var historyRetention: TimeSpan
  /// An assigned deployment that is not in use for this time is treated as after a log-out; nil
  /// turns this off.
  public var unusedAfter: TimeSpan?
  /// What happens to one that fails after its user was let in; nil: `replace` in pools that remove
  /// at log-out, else `hold`.
  public var onFailure: FailurePolicy?
  /// How long after the last log-out the policy is applied, unless somebody logs in again.
  public var logoutGrace = TimeSpan.seconds(30)
  /// How users are told apart.
  public var users = UserNames()
  /// Its deployments are reached through one address, as behind a gateway: an address that is held
  /// twice is no error.
  public var sharedAddress = false
  /// How long a user waits for a deployment; nil: until there is one.
  public var patience: TimeSpan?
  /// How many failed ones are kept to be looked at; further ones are removed at once.
  public var keepErrors = 3
  /// A removal that makes no progress for this long gives its place back.
  public var stuckAfter = TimeSpan.minutes(10)
  /// What happens to what it caches when it leaves the configuration.
  public var onRemoved = RemovedPoolPolicy.drain

  /// The policy for one that fails after its user was let in.
  public var failurePolicy: FailurePolicy {
    onFailure ?? (onLogout == .remove ? .replace : .hold)
  }

  /// A pool with the defaults of the contract.
  public init(
    name: String, provider: String, service: ParameterValues = [:], sizes: Sizes,
    names: NamePattern, macs: MACRange? = nil, onLogout: LogoutPolicy = .keep,
    restrain: RestraintRule = RestraintRule(), deadlines: PoolDeadlines = PoolDeadlines(),
    errorRetention: TimeSpan = .hours(1), historyRetention: TimeSpan = .hours(4),
    unusedAfter: TimeSpan? = nil
  ) {
    self.name = name
    self.provider = provider
    self.service = service
    self.sizes = sizes
    self.names = names
    self.macs = macs
    self.onLogout = onLogout
    self.restrain = restrain
    self.deadlines = deadlines
    self.errorRetention = errorRetention
    self.historyRetention = historyRetention
    self.unusedAfter = unusedAfter
  }
}

extension PoolConfiguration {
  /// As it is stored; a store of an earlier version lacks the later settings.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    provider = try container.decode(String.self, forKey: .provider)
    service = try container.decode(ParameterValues.self, forKey: .service)
    sizes = try container.decode(Sizes.self, forKey: .sizes)
    names = try container.decode(NamePattern.self, forKey: .names)
    macs = try container.decodeIfPresent(MACRange.self, forKey: .macs)
    onLogout = try container.decode(LogoutPolicy.self, forKey: .onLogout)
    restrain = try container.decode(RestraintRule.self, forKey: .restrain)
    deadlines = try container.decode(PoolDeadlines.self, forKey: .deadlines)
    errorRetention = try container.decode(TimeSpan.self, forKey: .errorRetention)
    historyRetention = try container.decode(TimeSpan.self, forKey: .historyRetention)
    unusedAfter = try container.decodeIfPresent(TimeSpan.self, forKey: .unusedAfter)
    onFailure = try container.decodeIfPresent(FailurePolicy.self, forKey: .onFailure)
    logoutGrace =
      try container.decodeIfPresent(TimeSpan.self, forKey: .logoutGrace) ?? .seconds(30)
    users = try container.decodeIfPresent(UserNames.self, forKey: .users) ?? UserNames()
    sharedAddress = try container.decodeIfPresent(Bool.self, forKey: .sharedAddress) ?? false
    patience = try container.decodeIfPresent(TimeSpan.self, forKey: .patience)
    keepErrors = try container.decodeIfPresent(Int.self, forKey: .keepErrors) ?? 3
    stuckAfter =
      try container.decodeIfPresent(TimeSpan.self, forKey: .stuckAfter) ?? .minutes(10)
    onRemoved = try container.decodeIfPresent(RemovedPoolPolicy.self, forKey: .onRemoved) ?? .drain
  }
}

/// What the engine runs on; stored, so that the next engine runs on the same.
public struct Configuration: Hashable, Codable, Sendable {
  /// The providers.
  public var providers: [ProviderConfiguration]
  /// The pools.
  public var pools: [PoolConfiguration]
  /// The names of the `pools` that are no longer configured, and are kept, paused, while they have
  /// deployments.
  public var departed: [String]
  /// The names of the `providers` that are no longer configured, and are kept for a departed pool.
  public var departedProviders: [String]

  /// A configuration from its parts.
  public init(
    providers: [ProviderConfiguration] = [], pools: [PoolConfiguration] = [],
    departed: [String] = [], departedProviders: [String] = []
  ) {
    self.providers = providers
    self.pools = pools
    self.departed = departed
    self.departedProviders = departedProviders
  }

  /// Decodes a stored configuration; a store of an earlier version has no departed names.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    providers = try container.decode([ProviderConfiguration].self, forKey: .providers)
    pools = try container.decode([PoolConfiguration].self, forKey: .pools)
    departed = try container.decode([String].self, forKey: .departed)
    departedProviders =
      try container.decodeIfPresent([String].self, forKey: .departedProviders) ?? []
  }
}
