import DeploymentEngine
package import DeploymentInterface

/// Coverage of a run: the answers and faults that it has met, by state and operation.
package struct Marks: Sendable {
  /// One cell of the table.
  package struct Cell: Hashable, Comparable, Sendable {
    package var state: String
    package var operation: String
    package var answer: String

    package init(state: String, operation: String, answer: String) {
      (self.state, self.operation, self.answer) = (state, operation, answer)
    }

    package static func < (one: Cell, other: Cell) -> Bool {
      (one.state, one.operation, one.answer) < (other.state, other.operation, other.answer)
    }
  }
  package private(set) var seen: [Cell: Int] = [:]
  /// Number of faults of each class.
  package private(set) var faults: [FaultClass: Int] = [:]

  /// Number of changes from one state to another, of deployments and publications.
  package private(set) var changes: [Change: Int] = [:]
  package private(set) var publicationChanges: [Change: Int] = [:]

  /// A change of state between two commits.
  package struct Change: Hashable, Sendable {
    package var from: String
    package var to: String

    package init(from: String, to: String) { (self.from, self.to) = (from, to) }
  }

  package init() {}

  /// Counts the changes of state of a commit.
  mutating func note(_ commit: Commit, on store: StoreCopy) {
    for one in commit.amendments {
      // An adopted deployment starts over under the id that its history had.
      guard let old = one.old?.record, let new = one.new?.record, old.state != new.state,
        !old.phase.isHistory
      else { continue }
      changes[Change(from: old.state.rawValue, to: new.state.rawValue), default: 0] += 1
    }
    for case .publication(let record) in commit.others {
      let key = StoreCopy.PublicationKey(pool: record.pool, revision: record.revision)
      guard let old = store.publications[key]?.record.state, old != record.state else { continue }
      publicationChanges[Change(from: old.rawValue, to: record.state.rawValue), default: 0] += 1
    }
  }

  /// Counts the answers of a step, by the state that they met.
  mutating func note(_ told: [World.Told], store: StoreCopy) {
    for one in told {
      guard let call = one.flight?.call, case .deployment(let id) = call.subject,
        case .callEnded(let ended) = one.event, let task = call.task, let answer = ended.answer
      else { continue }
      let state = store.deployments[id]?.record.state.rawValue ?? "gone"
      seen[Cell(state: state, operation: task.operation.word, answer: answer.word), default: 0] += 1
    }
  }

  /// Counts a fault of a call.
  mutating func note(_ fault: FaultClass, of call: Call, _ store: StoreCopy) {
    faults[fault, default: 0] += 1
    guard case .deployment(let id) = call.subject, let task = call.task else { return }
    let state = store.deployments[id]?.record.state.rawValue ?? "gone"
    seen[Cell(state: state, operation: task.operation.word, answer: fault.rawValue), default: 0] +=
      1
  }

  /// Counts a fault that affects all deployments.
  mutating func note(_ fault: FaultClass, _ engine: Engine) {
    faults[fault, default: 0] += 1
    for one in engine.deployments where one.exists { see(fault, one) }
  }

  /// Counts a fault of one deployment.
  mutating func note(_ fault: FaultClass, _ one: Deployment) {
    faults[fault, default: 0] += 1
    see(fault, one)
  }

  private mutating func see(_ fault: FaultClass, _ one: Deployment) {
    let operation = one.phase.operation?.kind.word ?? "none"
    let cell = Cell(state: one.state.rawValue, operation: operation, answer: fault.rawValue)
    seen[cell, default: 0] += 1
  }

  /// Adds the coverage of another run.
  package mutating func add(_ other: Marks) {
    seen.merge(other.seen, uniquingKeysWith: +)
    faults.merge(other.faults, uniquingKeysWith: +)
    changes.merge(other.changes, uniquingKeysWith: +)
    publicationChanges.merge(other.publicationChanges, uniquingKeysWith: +)
  }
}

extension TaskState {
  /// The kind of the answer.
  package var word: String {
    switch self {
    case .running: "running"
    case .finished: "finished"
    case .error(let failure): failure.kind.rawValue
    }
  }
}
