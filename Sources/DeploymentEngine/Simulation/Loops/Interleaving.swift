import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// Two requests about one deployment, with a number of events in between.
package struct Interleaving {
  /// A request, or a restart of the engine.
  package enum Asked: CaseIterable, Sendable {
    case cancel, destroy, moveToL1, moveToL2, ready, assign, release, retry, forget, login, logout
    case restart

    func verb(_ one: Deployment) -> Verb? {
      switch self {
      case .cancel: .cancel(one.id)
      case .destroy: .destroy(one.id)
      case .moveToL1: .move(one.id, to: .l1)
      case .moveToL2: .move(one.id, to: .l2)
      case .ready: .ready(one.id)
      case .assign: .assign(one.id, user: "ann")
      case .release: .release(one.id)
      case .retry: .retry(one.id)
      case .forget: .forget(one.id)
      case .login: .notify(one.uniqueId, .login("ann"))
      case .logout: .notify(one.uniqueId, .logout("ann"))
      case .restart: nil
      }
    }
  }

  /// The situation of the deployment at the first request.
  package enum Start: CaseIterable, Sendable { case deploying, ready, suspended, assigned, failed }

  /// Runs the interleaving and returns its violations.
  package static func complaints(
    _ start: Start, _ first: Asked, _ answers: Int, _ second: Asked
  ) -> [Violation] {
    let world = world(start)
    world.label = "\(start), \(first), \(answers) answers, \(second): "
    ask(first, world)
    for _ in 0..<answers { advance(world) }
    ask(second, world)
    world.driver.heal()
    world.settle(within: .hours(6))
    return world.complaints
  }

  private static func world(_ start: Start) -> World {
    let world = World(
      configuration: Configuration(), services: [:], seed: 1, startingAt: .start,
      complained: { _ in })
    world.judgesEvery = 2
    world.services = ["a": .traits(ServiceTraits(cacheLevels: .l1AndL2))]
    var pool = PoolConfiguration(
      name: "a", provider: "here",
      sizes: Sizes(l1: start == .suspended ? 0 : 1, l2: start == .suspended ? 1 : 0, max: 3),
      names: NamePattern(prefix: "a", digits: 1))
    pool.onLogout = .remove
    world.file = Configuration(
      providers: [ProviderConfiguration(name: "here", driver: "scripted")], pools: [pool])
    for method in [Method.deployForCache, .moveToCache, .setReady, .destroy, .cancel] {
      world.driver.always(method, .run(1))
    }
    if start == .failed { world.driver.always(.deployForCache, .broken) }
    world.step(.configured(world.file, services: world.services))
    if start != .deploying { world.drain() }
    if start == .ready || start == .suspended || start == .assigned {
      world.settle(within: .minutes(5))
    }
    if start == .assigned {
      world.ask(.assignFromPool("a", user: "ann"))
      world.settle(within: .minutes(5))
    }
    return world
  }

  private static func ask(_ asked: Asked, _ world: World) {
    guard let one = world.engine.deployments.first else { return }
    guard let verb = asked.verb(one) else { return world.restart() }
    world.ask(verb)
  }

  /// Advances to the next answer or tick.
  private static func advance(_ world: World) {
    if world.dueFlight == nil, let next = world.nextEvent, next > world.now.moment {
      world.moveClocks(by: next - world.now.moment)
    }
    if let flight = world.dueFlight { return world.comeBack(flight, with: flight.answer) }
    world.step(.tick)
  }
}
