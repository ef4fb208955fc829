import DeploymentEngine
import DeploymentInterface
import SafeTexts

extension Catalog {
  /// Why the engine would refuse an action on a pool, judged by what is shown; nil: it is
  /// permitted.
  func refusal(of id: ActionID, on pool: Pool) -> SafeText? {
    switch id.verb(on: pool)?.kind {
    case .pool(_, let asked):
      let publishing = publications(of: pool.id).first { $0.state == .publishing }?.revision
      return Permission.refusal(of: asked, on: pool, publishing: publishing)?.sentence
    case .provider(let name, let asked):
      guard let provider = provider(of: pool) else { return "there is no provider \(name)" }
      return Permission.refusal(of: asked, on: provider)?.sentence
    case .deployment, .guest, .orphan, .engine, nil: return nil
    }
  }
}
