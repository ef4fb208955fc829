import Basics
import DeploymentEngine
import DeploymentInterface
import Posix
import SafeTexts

/// Lists the external resources of providers and removes orphans, outside the engine's thread. It
/// makes one call at a time on each provider; while one hangs, further ones fail.
final class InventoryRunner: Sendable {
  private let busy = Mutex<Set<SafeText>>([])

  /// - Parameters:
  ///   - owner: the owner tag of the engine.
  ///   - deliver: receives the answer, on any thread.
  func make(
    _ call: InventoryCall, on provider: RegisteredProvider, owner: String,
    _ deliver: @escaping @Sendable (InventoryAnswer) -> Void
  ) {
    guard let inventory = provider.provider as? any Inventory else { return }
    guard busy.withLock({ $0.insert(call.provider).inserted }) else {
      return deliver(.failed("the last call has not returned"))
    }
    provider.beginCall()
    Task.detached(executorPreference: BlockingExecutor.drivers) { [self] in
      let answer = await Self.answer(call, inventory, owner)
      _ = busy.withLock { $0.remove(call.provider) }
      provider.endCall()
      deliver(answer)
    }
  }

  private static func answer(
    _ call: InventoryCall, _ inventory: any Inventory, _ owner: String
  ) async -> InventoryAnswer {
    do throws(DeploymentFailure) {
      switch call.task {
      case .list: return .things(try await inventory.things(ownedBy: owner))
      case .remove(let thing):
        try await inventory.remove(thing, ownedBy: owner)
        return .removed
      }
    } catch {
      return .failed(error.reason)
    }
  }
}
