import DeploymentEngine
import Dispatch
import EngineRuntime
import Synchronization

#if Libvirt
  import LibvirtDriver
#endif

/// Has the engine of this process look at machines that are not as it left them, as soon as libvirt
/// tells of them: a request like any other, left in the store.
final class LibvirtWitness: Sendable {
  private struct State {
    var isEngineHere = false
    var isWatching = false
    var storeID: String?
    var requests = 0
  }
  private let storePath: String
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "dashboard.libvirt")
  private let session = String(UInt64.random(in: .min ... .max), radix: 36)

  init(storePath: String) { self.storePath = storePath }

  /// Whether the engine is in this process: only then is anybody told.
  func engineIsHere(_ isHere: Bool) {
    let begins = state.withLock { state -> Bool in
      state.isEngineHere = isHere
      defer { state.isWatching = state.isWatching || isHere }
      return isHere && !state.isWatching
    }
    guard begins else { return }
    #if Libvirt
      BuiltInDrivers.libvirt.watch { [self] news in
        queue.async { self.take(news) }
      }
    #endif
  }

  #if Libvirt
    private func take(_ news: LibvirtNews) {
      guard state.withLock({ $0.isEngineHere }) else { return }
      switch news {
      case .changed(let sighting):
        // To be made ready finds out what is there, and ends in an error where nothing is.
        guard sighting.owner == storeID else { return }
        ask(.ready(sighting.deployment), actor: "libvirt: \(sighting.sentence)")
      case .users(let all): tell(all.filter { $0.owner == storeID })
      }
    }

    /// Tells the engine who has come and who has gone, as far as it does not know that.
    private func tell(_ all: [LibvirtUsers]) {
      guard !all.isEmpty, let snapshot = try? StoreReader(path: storePath).snapshot() else {
        return
      }
      let byID = Dictionary(all.map { ($0.deployment, $0.users) }) { one, _ in one }
      for deployment in snapshot.state.deployments {
        guard let users = byID[deployment.id], !deployment.uniqueId.isEmpty else { continue }
        for user in users where !deployment.loggedIn.contains(user) {
          ask(.notify(deployment.uniqueId, .login(user)), actor: "the guest agent")
        }
        for user in deployment.loggedIn where !users.contains(user) {
          ask(.notify(deployment.uniqueId, .logout(user)), actor: "the guest agent")
        }
      }
    }

    private func ask(_ verb: Verb, actor: SafeText) {
      let number = state.withLock { state in
        state.requests += 1
        return state.requests
      }
      let request = Request(
        key: RequestKey("libvirt-\(session)-\(number)"), actor: actor, verb: verb)
      // A store that cannot be written stops the engine as well: there is nobody to be told.
      try? RequestClient(path: storePath).submit(request)
    }

    /// The mark of this store's engine.
    private var storeID: String? {
      if let known = state.withLock({ $0.storeID }) { return known }
      let read = try? StoreReader(path: storePath).snapshot().storeID
      state.withLock { $0.storeID = read }
      return read
    }
  #endif
}
