import DeploymentInterface
import Glibc
import Posix
import SafeTexts

/// What lives on this machine. Every process provider lists all of an engine's deployments, because
/// a process says to which engine it belongs but not to which provider.
extension ProcessProvider: Inventory {
  func things(ownedBy owner: String) async throws(DeploymentFailure) -> [ExternalResource] {
    var marks = Set<OwnershipTag>()
    // Where processes come and go, a single look may miss one.
    for _ in 0..<Self.mostReads {
      let table = try ProcessTable()
      marks.formUnion(table.entries.compactMap(\.mark).filter { $0.owner == owner })
      if table.isComplete { break }
    }
    return marks.compactMap { mark in
      mark.id.map {
        ExternalResource(
          kind: "processes", name: SafeText(mark.deployment), purpose: .deployment($0))
      }
    }.sorted { $0.name < $1.name }
  }

  /// Ends the processes as the removal of a deployment does: those that do not end by themselves
  /// are killed.
  func remove(_ thing: ExternalResource, ownedBy owner: String) async throws(DeploymentFailure) {
    let mark = OwnershipTag(owner: owner, deployment: thing.name.text)
    let group = try ProcessGroup(of: mark, leader: nil)
    group.signal(SIGTERM)
    group.signal(SIGCONT)
    if try await isGone(mark, within: .seconds(5)) { return }
    try ProcessGroup(of: mark, leader: nil).kill { () throws(DeploymentFailure) in
      try ProcessGroup(of: mark, leader: nil)
    }
    if try await isGone(mark, within: .seconds(2)) { return }
    throw .init(.transient, "\(group) was killed and has not ended yet")
  }

  private func isGone(
    _ mark: OwnershipTag, within length: TimeSpan
  ) async throws(DeploymentFailure) -> Bool {
    let end = SystemClock.monotonicMilliseconds + length.milliseconds
    while try !ProcessGroup(of: mark, leader: nil).isGone {
      guard SystemClock.monotonicMilliseconds < end else { return false }
      do { try await Task.sleep(for: Self.pause) } catch { return false }
    }
    return true
  }

  private static let pause = Duration.milliseconds(50)
  private static let mostReads = 3
}
