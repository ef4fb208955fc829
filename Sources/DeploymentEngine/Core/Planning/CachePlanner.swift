public import DeploymentInterface
public import SafeTexts

/// The input of the planner besides sizes and counts.
public struct PlannerGates: Hashable, Sendable {
  /// The cache levels of the service.
  public var cacheLevels: CacheLevels
  /// Why nothing may be created now; nil if creation is allowed.
  public var noCreation: SafeText?
  /// Why nothing may be done at all now; nil if actions are allowed.
  public var noAction: SafeText?
  /// The number of usable L2 deployments that may move to L1.
  public var movableL2: Int
  /// Those at L2 that are usable and of the active publication, whether they can be moved or not.
  public var usableL2: Int
  /// The number that may be created before something is exhausted (names, addresses, the provider).
  public var creationRoom: Int

  /// Of L1 in the counts: preparing deployments with a requested removal; they are not supply.
  public var endingL1 = 0
  /// Of L2 in the counts: preparing deployments with a requested removal; they are not supply.
  public var endingL2 = 0
  /// At L1: the number that may leave now; not those in use or with a waiting request.
  public var leavableL1 = Int.max
  /// At L1: the number that may move to L2 now.
  public var parkableL1 = Int.max
  /// At L2: the number that may leave now.
  public var leavableL2 = Int.max
  /// Whether creation lacks something that the removal of an outdated deployment would free.
  public var renewsByLeaving = false
  /// Whether a deployment of the active publication is in error: nothing outdated makes room for
  /// another one before that is mended.
  public var newOneFailed = false
  /// At L1: the ready ones that a user can be given now.
  public var givableL1 = Int.max
  /// Of these: the outdated.
  public var givableOldL1 = Int.max
  /// Whether the last ready deployment may leave before a new one is ready.
  public var mayEmpty = false
  /// Of the outdated at L1: the number that may leave now.
  public var retirableL1 = Int.max
  /// Of the outdated at L2: the number that may leave now.
  public var retirableL2 = Int.max

  /// Gates from their parts.
  public init(
    cacheLevels: CacheLevels = .l1AndL2, noCreation: SafeText? = nil, noAction: SafeText? = nil,
    movableL2: Int, creationRoom: Int = .max
  ) {
    self.cacheLevels = cacheLevels
    self.noCreation = noCreation
    self.noAction = noAction
    self.movableL2 = movableL2
    usableL2 = movableL2
    self.creationRoom = creationRoom
  }
}

/// The cache planner: a pure function from sizes and counts to decisions with their reasons.
///
/// While a cache has deployments of an older publication, growth and surplus are computed from
/// those of the active one; the outdated leave one by one as new ones become ready.
public enum CachePlanner {
  /// The complete plan of a pool.
  public static func plan(sizes: Sizes, counts: PoolCounts, gates: PlannerGates) -> PoolPlan {
    if let why = gates.noAction {
      let none = LevelPlan(because: why)
      return PoolPlan(l1: none, l2: none)
    }
    var need = Need(sizes: sizes, counts: counts, gates: gates)
    let l1 = need.planL1()
    return PoolPlan(l1: l1, l2: need.planL2())
  }
}

/// One run of the planner.
private struct Need {
  let sizes: Sizes
  let counts: PoolCounts
  let gates: PlannerGates
  var l2: Int
  var room: Int
  /// Whether one at L2 leaves to make room at L1.
  var l2MakesRoom = false

  init(sizes: Sizes, counts: PoolCounts, gates: PlannerGates) {
    var sizes = sizes
    if !gates.cacheLevels.contains(.l1) { (sizes.l1, sizes.initial) = (0, 0) }
    if !gates.cacheLevels.contains(.l2) { sizes.l2 = 0 }
    self.sizes = sizes
    self.counts = counts
    self.gates = gates
    l2 = counts.l2 - counts.l2Outdated - gates.endingL2
    room = gates.noCreation == nil ? max(0, gates.creationRoom) : 0
  }

  private var l1: Int { counts.l1 - counts.l1Outdated - gates.endingL1 }
  private var total: Int { counts.total - counts.l1Outdated - gates.endingL1 }
  private var readyText: String {
    let coming = counts.l1Preparing > 0 ? ", \(counts.l1Preparing) preparing" : ""
    let waiting = counts.l1Waiting > 0 ? ", \(counts.l1Waiting) waiting for the OS" : ""
    return "\(counts.l1Ready) of \(sizes.l1) ready\(coming)\(waiting)"
  }

  mutating func planL1() -> LevelPlan {
    let wanted = max(sizes.initial - total, sizes.l1 - l1)
    let free = sizes.max - counts.total - counts.leaving
    if let plan = overflowL1() { return plan }
    if let plan = retireL1(wanted: wanted, free: free) { return plan }
    if lacksRoom(wanted: wanted, free: free), gates.newOneFailed, counts.l1Outdated > 0 {
      return LevelPlan(
        because: SafeText("nothing outdated leaves while a new one is in error; \(readyText)"))
    }
    if waitsForRoom(wanted: wanted, free: free) {
      var plan = LevelPlan(
        because: SafeText(
          "waits for room: `publish --force` gives up the last ready one; \(readyText)"))
      plan.waitsForRoom = true
      return plan
    }
    guard wanted > 0 else { return LevelPlan(because: SafeText("\(readyText)")) }
    guard free > 0 else {
      if counts.l1Outdated > 0, let why = gates.noCreation {
        return LevelPlan(because: SafeText("\(why); \(readyText)"))
      }
      let leaving = counts.leaving > 0 ? ", \(counts.leaving) leaving or in error" : ""
      return LevelPlan(
        because: SafeText("full: \(counts.total) of \(sizes.max)\(leaving); \(readyText)"))
    }
    return growL1(by: min(free, wanted))
  }

  private mutating func growL1(by count: Int) -> LevelPlan {
    let fromL2 = min(count, gates.movableL2)
    let create = min(count - fromL2, room)
    l2 -= fromL2
    room -= create
    let missing = count - fromL2 - create
    let shortage = missing > 0 ? "; \(missing) short: \(shortageText)" : ""
    guard fromL2 + create > 0 else {
      return LevelPlan(because: SafeText("\(shortageText); \(readyText)"))
    }
    let source = fromL2 > 0 ? ", \(fromL2) from L2" : ""
    return LevelPlan(
      .grow, count: fromL2 + create, fromL2: fromL2, create: create,
      because: SafeText("growing L1 by \(fromL2 + create)\(source): \(readyText)\(shortage)"))
  }

  private var shortageText: String { gates.noCreation?.text ?? "nothing more can be created" }

  private mutating func overflowL1() -> LevelPlan? {
    let isOver = total > sizes.initial && l1 > sizes.l1
    let soft = isOver ? min(l1 - sizes.l1, total - sizes.initial) : 0
    let leavable = min(counts.l1 - gates.endingL1, gates.leavableL1)
    let count = min(leavable, max(counts.total - gates.endingL1 - sizes.max, soft))
    guard count > 0 else { return nil }
    let ready = min(counts.l1Ready - counts.l1ReadyOutdated, gates.parkableL1)
    let intoL2 = max(0, min(count, sizes.l2 - l2, ready))
    l2 += intoL2
    let why =
      counts.total > sizes.max
      ? "\(counts.total) of at most \(sizes.max)" : "\(counts.l1) of \(sizes.l1) kept"
    let target = intoL2 > 0 ? ", \(intoL2) into L2" : ""
    return LevelPlan(
      .shrink, count: count, fromL2: intoL2,
      because: SafeText("shrinking L1 by \(count)\(target): \(why)"))
  }

  /// Whether nothing new can be made beside what exists, and nothing is on its way.
  private func lacksRoom(wanted: Int, free: Int) -> Bool {
    // What moves up from L2 needs no room of the provider.
    let isFull =
      free <= 0
      ? room > 0 || gates.renewsByLeaving
      : gates.renewsByLeaving && gates.movableL2 == 0
    let ready = counts.l1Ready - counts.l1ReadyOutdated
    return isFull && counts.removing == 0 && ready == l1 && wanted > 0
  }

  private mutating func retireL1(wanted: Int, free: Int) -> LevelPlan? {
    // If the maximum, or what the outdated ones hold, leaves no room for a new one, one outdated
    // deployment makes room. At L2 that costs nobody a ready one.
    let isStuck = lacksRoom(wanted: wanted, free: free) && !gates.newOneFailed
    l2MakesRoom = isStuck && gates.renewsByLeaving && min(counts.l2Outdated, gates.retirableL2) > 0
    let old = min(counts.l1Outdated, gates.retirableL1)
    guard old > 0 else { return nil }
    let keep = max(sizes.l1, sizes.initial - counts.assigned, 0)
    let ready = counts.l1Ready - counts.l1ReadyOutdated
    // What somebody has asked to remove takes nobody's place.
    let successors = min(ready, gates.givableL1 - gates.givableOldL1)
    var count = min(old, successors + old - keep)
    let makesRoom = count <= 0 && isStuck && !l2MakesRoom && (gates.mayEmpty || !isLastReady)
    if makesRoom { count = 1 }
    guard count > 0 else { return nil }
    var plan = LevelPlan(
      .shrink, count: count,
      because: SafeText("retiring \(count) of \(counts.l1Outdated) outdated at L1"))
    plan.makesRoom = makesRoom
    return plan
  }

  /// Whether the next outdated deployment that leaves is the only ready one: those that wait for
  /// their OS leave before it.
  private var isLastReady: Bool {
    let old = min(counts.l1ReadyOutdated, gates.givableOldL1)
    let hasOthers = min(counts.l1Outdated, gates.retirableL1) > old
    return old == 1 && !hasOthers && min(counts.l1Ready, gates.givableL1) == 1
  }

  private func waitsForRoom(wanted: Int, free: Int) -> Bool {
    isLastReady && l1 == 0 && !gates.mayEmpty && !l2MakesRoom
      && lacksRoom(wanted: wanted, free: free)
  }

  func planL2() -> LevelPlan {
    guard gates.cacheLevels.contains(.l2) || counts.l2 > 0 else {
      return LevelPlan(because: "this service keeps no L2 cache")
    }
    let text = "\(l2) of \(sizes.l2)"
    let surplus = min(l2 - sizes.l2, gates.leavableL2)
    if surplus > 0 {
      return LevelPlan(
        .shrink, count: surplus, because: SafeText("shrinking L2 by \(surplus): \(text) kept"))
    }
    let old = min(counts.l2Outdated, gates.retirableL2)
    var retired = min(old, gates.usableL2 + old - sizes.l2)
    let isStuck =
      gates.renewsByLeaving && counts.removing == 0 && l2 < sizes.l2 && gates.usableL2 == l2
      && !gates.newOneFailed
    let makesRoom = retired <= 0 && old > 0 && (isStuck || l2MakesRoom)
    if makesRoom { retired = 1 }
    if retired > 0 {
      var plan = LevelPlan(
        .shrink, count: retired,
        because: SafeText("retiring \(retired) of \(counts.l2Outdated) outdated at L2"))
      plan.makesRoom = makesRoom
      return plan
    }
    guard l2 < sizes.l2 else { return LevelPlan(because: SafeText("\(text) at L2")) }
    let count = min(sizes.l2 - l2, room)
    if count <= 0, old > 0, gates.newOneFailed, gates.renewsByLeaving {
      return LevelPlan(
        because: SafeText("nothing outdated leaves while a new one is in error; \(text) at L2"))
    }
    guard count > 0 else { return LevelPlan(because: SafeText("\(shortageText); \(text) at L2")) }
    return LevelPlan(
      .grow, count: count, create: count, because: SafeText("growing L2 by \(count): \(text)"))
  }
}
