/// The methods of the interface that the engine calls as tasks, by their names there.
public enum OperationKind: Hashable, Sendable {
  /// Makes a deployment for a cache level.
  case deployForCache(CacheLevel)
  /// Makes a deployment for a waiting user.
  case deployForUser
  /// Moves it to the other cache level.
  case moveToCache(CacheLevel)
  /// Makes sure that it can be used now.
  case setReady
  /// Notifies it that the OS manager reported ready.
  case notifyReadyFromOSManager
  /// Ends the running operation and removes what it made.
  case cancel
  /// Removes it.
  case destroy
  /// Prepares a publication.
  case publish

  /// The method's name.
  public var word: String {
    switch self {
    case .deployForCache: "deployForCache"
    case .deployForUser: "deployForUser"
    case .moveToCache: "moveToCache"
    case .setReady: "setReady"
    case .notifyReadyFromOSManager: "notifyReadyFromOSManager"
    case .cancel: "cancel"
    case .destroy: "destroy"
    case .publish: "publish"
    }
  }

  /// Whether it creates a new resource; its permanent errors count for the restraint.
  public var creates: Bool {
    switch self {
    case .deployForCache, .deployForUser: true
    case .moveToCache, .setReady, .notifyReadyFromOSManager, .cancel, .destroy, .publish: false
    }
  }
}
