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
  /// What every call may meet.
  private static let answers: [String] =
    ["running", "finished"]
    + [
      FaultClass.permanent, .transient, .unknown, .lost, .hang, .slow, .outage, .host, .vanish,
    ].map(\.rawValue)
  /// What befalls everything at once, or one whose record is lost, whether a call is out or not.
  private static let misfortunes: [FaultClass] = [
    .crash, .store, .clock, .reload, .service, .host, .vanish, .stranger, .storm, .old, .notice,
    .loss, .inventory,
  ]

  /// Every combination of state, operation and fault that can be reached.
  ///
  /// Not among them: `port` and `stranger` of a call that makes nothing, since only what is made
  /// takes a port or a name; calls in `removable` and `error`, which have none; `twin`, `address`
  /// and `garbage`, which come beside an answer and are no answer; `operators` and `agents`, whose
  /// requests are counted nowhere because nothing about them is a fault.
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
        cells += misfortunes.map {
          Cell(state: state.rawValue, operation: kind, answer: $0.rawValue)
        }
      }
    }
    return Set(cells).sorted()
  }
}
