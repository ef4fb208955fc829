public import DeploymentInterface
public import SafeTexts

/// An input of the core.
public enum Event: Hashable, Sendable {
  /// Time has passed.
  case tick
  /// A driver call returned; includes `unknown` failures.
  case callEnded(CallResult)
  /// A request was made.
  case request(Request)
  /// The process that waited for a user in a pool has ended.
  case askerEnded(Asker, user: SafeText, pool: PoolID)
  /// The program around the core has carried out a request, or refused it.
  case answered(Request, Reply)
  /// A driver sent an unsolicited notice about a deployment on this provider.
  case noticed(DriverNotice, by: SafeText)
  /// A new configuration, with the service of each pool by name, or why it has none.
  ///
  /// `inventories`: the providers that can list their resources.
  case configured(
    Configuration, services: [String: ServiceOffer], inventories: Set<String> = [])
  /// A provider has answered an inventory call.
  case inventoried(CallID, InventoryAnswer)
}

/// A driver's answer to the request for a pool's service.
public enum ServiceOffer: Hashable, Sendable {
  /// The service, and what it can do.
  case traits(ServiceTraits)
  /// There is none, for this reason.
  case problem(SafeText)
}
