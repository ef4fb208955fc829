import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts

/// A world in which `d1` has just been told to start an operation, and has not answered.
enum Starting: CaseIterable, Sendable {
  case deployForL1, deployForL2, deployForUser, moveToL1, moveToL2
  case setReady, notifyInPreparing, notifyInUsable, destroy, cancel

  /// The operation that was started.
  var kind: OperationKind {
    switch self {
    case .deployForL1: .deployForCache(.l1)
    case .deployForL2: .deployForCache(.l2)
    case .deployForUser: .deployForUser
    case .moveToL1: .moveToCache(.l1)
    case .moveToL2: .moveToCache(.l2)
    case .setReady: .setReady
    case .notifyInPreparing, .notifyInUsable: .notifyReadyFromOSManager
    case .destroy: .destroy
    case .cancel: .cancel
    }
  }

  /// The state in which the operation starts.
  var state: DeploymentState {
    switch self {
    case .deployForL1, .deployForL2, .deployForUser, .moveToL1, .moveToL2: .preparing
    case .notifyInPreparing: .preparing
    case .setReady, .notifyInUsable: .usable
    case .destroy: .removing
    case .cancel: .canceling
    }
  }

  /// Those that make something for the first time.
  static let deploys: [Starting] = [.deployForL1, .deployForL2, .deployForUser]
  /// Those of a deployment that is preparing.
  static let preparing: [Starting] = deploys + [.moveToL1, .moveToL2]
  /// Those of a deployment that is usable.
  static let usable: [Starting] = [.setReady, .notifyInUsable]

  /// The world.
  var world: World {
    let world = base
    world.drain()
    return world
  }

  private var base: World {
    switch self {
    case .deployForL1: return World(.pool(l1: 1, max: 1)) { $0.always(.deployForCache, .hang) }
    case .deployForL2: return World(.pool(l2: 1, max: 1)) { $0.always(.deployForCache, .hang) }
    case .deployForUser:
      let world = World(.onDemand(max: 1)) { $0.always(.deployForUser, .hang) }
      world.assign("ann")
      return world
    case .moveToL1:
      let world = World(.pool(l2: 1, max: 1)) { $0.always(.moveToCache, .hang) }
      world.ask(.resize("lab", SizeOverrides(l1: 1, l2: 0)))
      return world
    case .moveToL2:
      let world = World(.pool(l1: 1, max: 1)) { $0.always(.moveToCache, .hang) }
      world.ask(.resize("lab", SizeOverrides(l1: 0, l2: 1)))
      return world
    case .setReady:
      let world = World(.pool(l1: 1, max: 1)) { $0.always(.setReady, .hang) }
      world.assign("ann")
      return world
    case .notifyInPreparing: return World(.pool(l1: 1, max: 1)) { $0.always(.notifyReady, .hang) }
    case .notifyInUsable:
      let world = World(.pool(l1: 1, max: 1, waitsForOS: true)) { $0.always(.notifyReady, .hang) }
      world.hear(.ready(nil), from: 1)
      return world
    case .destroy:
      let world = World(.pool(l1: 1, max: 1)) { $0.always(.destroy, .hang) }
      world.ask(.destroy(DeploymentID(1)))
      return world
    case .cancel:
      let world = World(.pool(l1: 1, max: 1)) {
        $0.always(.deployForCache, .hang)
        $0.always(.cancel, .hang)
      }
      world.ask(.cancel(DeploymentID(1)))
      world.answer(1, .running)
      return world
    }
  }
}

/// A world in which `d1` rests in a state.
enum Situation: CaseIterable, Sendable {
  case preparing, preparingForUser, usableL1, usableL2, waitingForOS, assigned
  case removable, removing, removed, canceling, canceled, error, errorOfUser

  /// The world.
  var world: World {
    switch self {
    case .preparing: return answeringRunning(.deployForL1)
    case .preparingForUser: return answeringRunning(.deployForUser)
    case .usableL1: return World(.pool(l1: 1, max: 1))
    case .usableL2: return World(.pool(l2: 1, max: 1))
    case .waitingForOS: return World(.pool(l1: 1, max: 1, waitsForOS: true))
    case .assigned:
      let world = World(.pool(l1: 1, max: 1))
      world.assign("ann")
      world.drain()
      return world
    case .removable:
      let world = World(.pool(l1: 2, max: 2), limits: ProviderLimits(removing: 1)) {
        $0.always(.destroy, .hang)
      }
      world.ask(.destroy(DeploymentID(2)))
      world.ask(.destroy(DeploymentID(1)))
      return world
    case .removing: return Starting.destroy.world
    case .removed:
      let world = World(.pool(l1: 1, max: 1))
      world.ask(.destroy(DeploymentID(1)))
      world.drain()
      return world
    case .canceling: return Starting.cancel.world
    case .canceled:
      let world = Starting.cancel.world
      world.answer(1, .finished)
      return world
    case .error:
      return World(.pool(l1: 1, max: 1)) { $0.always(.deployForCache, .broken) }
    case .errorOfUser:
      let world = World(.pool(l1: 1, max: 1))
      world.assign("ann")
      world.drain()
      world.driver.always(.setReady, .broken)
      world.assign("ann")
      world.drain()
      return world
    }
  }

  private func answeringRunning(_ starting: Starting) -> World {
    let world = starting.world
    world.driver.always(.checkState, .runForever)
    world.answer(1, .running)
    return world
  }

  /// The state that `d1` is in.
  var state: DeploymentState {
    switch self {
    case .preparing, .preparingForUser: .preparing
    case .usableL1, .usableL2, .waitingForOS, .assigned: .usable
    case .removable: .removable
    case .removing: .removing
    case .removed: .removed
    case .canceling: .canceling
    case .canceled: .canceled
    case .error, .errorOfUser: .error
    }
  }
}
