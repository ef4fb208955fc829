import DeploymentInterface
import HeapModule
import SafeTexts

/// Deployments of one kind in one pool, by age, with fast access to the oldest and the newest.
///
/// Removal is lazy: an entry is valid only while `isMember` says so. The heap is rebuilt when more
/// than half of it is stale, so its size stays proportional to its members.
struct AgeIndex: Sendable {
  private var heap = Heap<DeploymentID>()
  /// The number of members.
  private(set) var count = 0

  mutating func insert(_ id: DeploymentID, isMember: (DeploymentID) -> Bool) {
    heap.insert(id)
    count += 1
    if heap.count > 2 * count + 64 { compact(isMember) }
  }

  /// Notes that a member has left; its entry is dropped when it reaches the top.
  mutating func forget() { count -= 1 }

  mutating func oldest(isMember: (DeploymentID) -> Bool) -> DeploymentID? {
    guard count > 0 else { return nil }
    while let id = heap.min {
      if isMember(id) { return id }
      heap.removeMin()
    }
    return nil
  }

  mutating func newest(isMember: (DeploymentID) -> Bool) -> DeploymentID? {
    guard count > 0 else { return nil }
    while let id = heap.max {
      if isMember(id) { return id }
      heap.removeMax()
    }
    return nil
  }

  private mutating func compact(_ isMember: (DeploymentID) -> Bool) {
    var seen = Set<DeploymentID>()
    heap = Heap(heap.unordered.filter { isMember($0) && seen.insert($0).inserted })
  }
}
