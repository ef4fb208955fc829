import DeploymentInterface
import SafeTexts

extension StaticProvider: NoticeSource {
  /// Reports the claims on machines that are no longer listed. Once is enough: the list changes
  /// only with the configuration, and then a new provider is created.
  func watch(_ sink: NoticeSink) {
    let places = Set(hosts.map(\.place))
    // Claims that cannot be read now are read when they are next needed.
    let all = (try? claims.all()) ?? [:]
    for (_, claim) in all.sorted(by: { $0.key < $1.key })
    where !places.contains(claim.host.place) {
      guard let id = DeploymentID(parsing: claim.deployment) else { continue }
      let sentence = SafeText("\(claim.host.words) is no longer listed in hosts")
      sink.tell(.init(owner: claim.owner, deployment: id, kind: .changed(sentence)))
    }
  }
}
