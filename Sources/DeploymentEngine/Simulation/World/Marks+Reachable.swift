import DeploymentEngine

extension Marks {
  /// The operations that run in each state.
  private static let operations: [(DeploymentState, [String])] = [
    (
      .preparing,
      ["deployForCache", "deployForUser", "moveToCache", "setReady", "notifyReadyFromOSManager"]
    ),
    (.usable, ["setReady", "notifyReadyFromOSManager"]),
    (.removing, ["destroy"]), (.canceling, ["cancel"]),
  ]
  /// Answers and faults that any call may meet.
  private static let answers: [String] =
    ["running", "finished"]
    + [
      FaultClass.permanent, .transient, .unknown, .lost, .hang, .slow, .outage, .host, .vanish,
    ].map(\.rawValue)
  /// Faults that affect all deployments at once, or a deployment whose record is lost, with or
  /// without a call in flight.
  private static let globalFaults: [FaultClass] = [
    .crash, .store, .clock, .reload, .service, .host, .vanish, .stranger, .storm, .old, .notice,
    .loss, .inventory,
  ]

  /// All reachable combinations of state, operation and answer or fault.
  ///
  /// Excluded are `port` and `stranger` for operations that create nothing, since only a creation
  /// takes a port or a name; calls in `removable` and `error`, which have none; `twin`, `address`
  /// and `garbage`, which accompany an answer; and `operators` and `agents`, whose requests are not
  /// counted because they are not faults.
  package static var reachable: [Cell] {
    var cells: [Cell] = []
    let idle: [(DeploymentState, [String])] = [
      (.usable, ["none"]), (.removable, ["none"]), (.error, ["none"]),
    ]
    for (state, kinds) in operations {
      for kind in kinds {
        cells += answers.map { Cell(state: state.rawValue, operation: kind, answer: $0) }
        let ownFaults: [FaultClass] =
          switch kind {
          case "deployForCache", "deployForUser": [.port, .stranger, .second]
          case "cancel", "destroy": [.zombie]
          default: []
          }
        cells += ownFaults.map {
          Cell(state: state.rawValue, operation: kind, answer: $0.rawValue)
        }
      }
    }
    for (state, kinds) in operations + idle {
      for kind in kinds {
        cells += globalFaults.map {
          Cell(state: state.rawValue, operation: kind, answer: $0.rawValue)
        }
      }
    }
    return Set(cells).sorted()
  }
}
