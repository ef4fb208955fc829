import DeploymentEngine
import DeploymentInterface

/// An event of a world, for its observer.
enum TraceEvent {
  /// An entry of the journal, which is stored.
  case told(JournalEntry)
  case called(Call)
  case answered(Call, TaskState?)
  case asked(InventoryCall)
  /// The answer, and the orphans among the listed resources.
  case found(InventoryCall, InventoryAnswer, orphans: [ExternalResource])
  /// The process dies, with this number of calls in flight.
  case died(calls: Int)
  /// The store fails from now on, or works again.
  case storeFails(Bool)
  case complained(Violation)
}

extension World {
  /// Reports each event as a line when it happens. Begins with the first configuration if it was
  /// the only event so far.
  package func follow(_ hear: @escaping (String) -> Void) {
    // A violation persists, and each later check finds it again.
    var complaints: Set<Violation> = []
    onEvent = { [unowned self] event in
      if case .complained(let complaint) = event {
        if complaints.insert(complaint).inserted { hear("! \(complaint.checker): \(complaint)") }
      } else {
        hear("\(elapsed.asClock)  \(event.words)")
      }
    }
    for entry in journal { onEvent?(.told(entry)) }
    for (_, call) in calls { onEvent?(.called(call)) }
  }
}

extension TraceEvent {
  /// The subject and a description.
  fileprivate var words: String {
    switch self {
    case .told(let entry):
      let who = entry.deployment.map { "\($0)" } ?? entry.pool.map { "p\($0.number)" } ?? "-"
      return "\(who) \(entry.actor): \(entry.message)"
    case .called(let call): return "\(call.subject.word) driver is called: \(call.word)"
    case .answered(let call, let answer):
      if call.task == nil { return "\(call.subject.word) driver has its notices" }
      return "\(call.subject.word) driver answers \(call.word): \(answer.words)"
    case .asked(let call):
      switch call.task {
      case .list: return "\(call.provider) driver is asked what exists"
      case .remove(let thing): return "\(call.provider) driver is asked to remove \(thing.words)"
      }
    case .found(let call, .things(let things), let orphans):
      if things.isEmpty { return "\(call.provider) driver lists nothing" }
      let without = orphans.map(\.words).joined(separator: " and ")
      return "\(call.provider) driver lists \(things.count)"
        + (orphans.isEmpty ? ", all with a record" : ", without a record " + without)
    case .found(let call, .removed, _):
      return "\(call.provider) driver has removed \(call.removed?.words ?? "nothing")"
    case .found(let call, .failed(let reason), _):
      let what = call.removed.map { "remove \($0.words)" } ?? "list"
      return "\(call.provider) driver could not \(what): \(reason)"
    case .died(let calls): return "- the engine dies, calls out: \(calls), and starts again"
    case .storeFails(let fails): return "- the store \(fails ? "fails" : "works again")"
    case .complained(let complaint): return "\(complaint)"
    }
  }
}

extension Call {
  fileprivate var word: String {
    task.map { $0.isCheck ? "checkState of \($0.operation.word)" : $0.operation.word }
      ?? "its notices"
  }
}

extension CallTarget {
  fileprivate var word: String {
    switch self {
    case .deployment(let id): "\(id)"
    case .publication(let pool, let revision): "p\(pool.number) r\(revision)"
    }
  }
}

extension TaskState? {
  fileprivate var words: String {
    switch self {
    case nil: "nothing"
    case .running?: "running"
    case .finished?: "finished"
    case .error(let failure)?: "\(failure.kind.rawValue), \(failure.reason)"
    }
  }
}

extension ExternalResource {
  /// Its name and the purpose that it was made for, which the failure trace searches for.
  fileprivate var words: String { "\(name) of \(purpose)" }
}

extension DriverTask {
  var isCheck: Bool {
    switch self {
    case .check: true
    case .start: false
    }
  }
}
