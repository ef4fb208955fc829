import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// Every request in every state: permitted, or refused with a sentence and without a change.
@Suite struct RequestTableTests {
  enum Asked: CaseIterable, Sendable {
    case cancel, destroy, moveToL1, moveToL2, ready, assign, release, retry, forget, undo

    var verb: Verb {
      let id = DeploymentID(1)
      return switch self {
      case .cancel: .cancel(id)
      case .destroy: .destroy(id)
      case .moveToL1: .move(id, to: .l1)
      case .moveToL2: .move(id, to: .l2)
      case .ready: .ready(id)
      case .assign: .assign(id, user: "bob")
      case .release: .release(id)
      case .retry: .retry(id)
      case .forget: .forget(id)
      case .undo: .undo(id)
      }
    }
  }

  /// What each state permits; everything else is refused.
  static let permitted: [Situation: Set<Asked>] = [
    .preparing: [.cancel, .destroy],
    .preparingForUser: [.cancel, .destroy, .release],
    .usableL1: [.destroy, .moveToL2, .ready, .assign],
    .usableL2: [.destroy, .moveToL1, .ready],
    .waitingForOS: [.destroy, .moveToL2, .ready, .assign],
    .assigned: [.destroy, .ready, .release],
    .removable: [.destroy],
    .removing: [],
    .removed: [],
    .canceling: [],
    .canceled: [],
    .error: [.destroy, .retry, .forget],
    .errorOfUser: [.destroy, .release, .retry, .forget],
  ]
  /// What the contract leaves open: either answer will do, as long as a refusal changes nothing.
  static let open: [Situation: Set<Asked>] = [
    .usableL2: [.ready], .waitingForOS: [.moveToL2, .ready, .assign],
  ]

  static let table = Situation.allCases.flatMap { situation in
    Asked.allCases.map { (situation, $0) }
  }

  @Test(arguments: Situation.allCases)
  func theSituationIsWhatItSays(_ situation: Situation) {
    #expect(situation.world[1].state == situation.state)
  }

  @Test(arguments: table)
  func isPermittedOrRefused(_ situation: Situation, _ asked: Asked) {
    let world = situation.world
    if Self.open[situation]?.contains(asked) ?? false {
      world.ask(asked.verb)
    } else if Self.permitted[situation]?.contains(asked) ?? false {
      let reply = world.ask(asked.verb)
      #expect(reply.isAccepted, "\(reply)")
      #expect(reply.number == 1)
    } else {
      let refusal = world.refusal(of: asked.verb)
      #expect(refusal?.kind == .notPermitted)
    }
    world.drain()
  }

  @Test(arguments: Asked.allCases)
  func aDeploymentThatDoesNotExistIsNotFound(_ asked: Asked) {
    let world = World(.pool(max: 1))
    #expect(world.refusal(of: asked.verb)?.kind == .notFound)
  }

  static let ofPools: [Verb] = [
    .assignFromPool("nowhere", user: "ann"), .publish("nowhere"), .cancelPublication("nowhere"),
    .pause("nowhere"), .resume("nowhere"), .lift("nowhere"),
    .resize("nowhere", SizeOverrides(l1: 1)), .resize("nowhere", nil),
    .maintenance("nowhere", true), .notify("nothing", .ready(nil)),
    .notify("", .login("ann")),
  ]

  @Test(arguments: ofPools)
  func whatDoesNotExistIsNotFound(_ verb: Verb) {
    let world = World(.pool(l1: 1, max: 1)) { $0.always(.deployForCache, .hang) }
    #expect(world.refusal(of: verb)?.kind == .notFound)
  }

  @Test func anAssignedOneNeverReturnsToTheCache() {
    let refusal = Situation.assigned.world.refusal(of: .move(DeploymentID(1), to: .l2))
    #expect(
      refusal?.sentence.text.contains("assigned deployments cannot return to the cache") == true)
  }

  @Test func nothingMovesWhereTheServiceHasNoL2() {
    let world = World(.pool(l1: 1, max: 1, levels: .l1))
    #expect(world.refusal(of: .move(DeploymentID(1), to: .l2))?.kind == .notPermitted)
  }

  @Test func aReservedOneCountsAsAssigned() {
    let world = Starting.deployForL1.world
    world.assign("ann")
    #expect(world[1].placement == .cache(.l1, reservedFor: "ann"))
    #expect(world.refusal(of: .assign(DeploymentID(1), user: "bob"))?.kind == .notPermitted)
    #expect(world.refusal(of: .move(DeploymentID(1), to: .l2))?.kind == .notPermitted)
  }

  /// Sizes that contradict each other or make no sense.
  static let nonsense: [SizeOverrides] = [
    SizeOverrides(l1: 5, max: 4), SizeOverrides(initial: 21), SizeOverrides(l1: 21),
    SizeOverrides(l1: -1), SizeOverrides(l2: -1), SizeOverrides(initial: -1),
    SizeOverrides(max: -1), SizeOverrides(max: 0),
  ]

  @Test(arguments: nonsense)
  func sizesThatContradictEachOtherAreRefused(_ sizes: SizeOverrides) {
    let world = World(.pool(l1: 1, max: 20))
    #expect(world.refusal(of: .resize("lab", sizes))?.kind == .invalid)
  }

  @Test(arguments: ["", "   "])
  func aUserHasAName(_ user: String) {
    let world = World(.pool(l1: 1, max: 1))
    let name = SafeText(user)
    if user.isEmpty {
      #expect(world.refusal(of: .assignFromPool("lab", user: name))?.kind == .invalid)
      #expect(world.refusal(of: .assign(DeploymentID(1), user: name))?.kind == .invalid)
    } else {
      world.ask(.assignFromPool("lab", user: name))
    }
  }

  @Test func publishingNeedsAServiceThatPublishes() {
    #expect(World(.pool(l1: 1)).refusal(of: .publish("lab"))?.kind == .notPermitted)
  }

  @Test func onlyAPublicationInPreparationIsCancelled() {
    let world = World(.pool(l1: 1, publishes: true))
    #expect(world.refusal(of: .cancelPublication("lab"))?.kind == .notPermitted)
  }

  @Test func onePublicationAtATime() {
    let world = World(.pool(l1: 1, publishes: true)) { $0.always(.publish, .hang) }
    #expect(world.ask(.publish("lab")).isAccepted)
    #expect(world.refusal(of: .publish("lab"))?.kind == .notPermitted)
  }
}
