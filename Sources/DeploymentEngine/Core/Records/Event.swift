public import DeploymentInterface
public import SafeTexts

/// What the core is told.
public enum Event: Hashable, Sendable {
  /// Time has passed.
  case tick
  /// A driver call came back; `unknown` failures included.
  case callEnded(CallResult)
  /// Somebody asks for something.
  case request(Request)
  /// A driver says something unasked, of something on this provider.
  case noticed(DriverNotice, by: SafeText)
  /// A configuration to run on; for each pool by name what its service can do, or why it has none.
  ///
  /// `inventories`: the providers that can list what exists on them.
  case configured(
    Configuration, services: [String: ServiceOffer], inventories: Set<String> = [])
  /// A provider has answered an inventory call.
  case inventoried(CallID, InventoryAnswer)
}

/// What a driver said when it was asked for a pool's service.
public enum ServiceOffer: Hashable, Sendable {
  /// The service, and what it can do.
  case traits(ServiceTraits)
  /// There is none; why.
  case problem(SafeText)
}
