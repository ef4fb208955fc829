import DeploymentEngine
import DeploymentInterface

// The numbers are the stored form: new ones may be added, but none may be reused.

extension ByteWriter {
  mutating func write(_ kind: OperationKind) {
    switch kind {
    case .deployForCache(let level):
      write(byte: 1)
      write(level)
    case .deployForUser: write(byte: 2)
    case .moveToCache(let level):
      write(byte: 3)
      write(level)
    case .setReady: write(byte: 4)
    case .notifyReadyFromOSManager: write(byte: 5)
    case .cancel: write(byte: 6)
    case .destroy: write(byte: 7)
    case .publish: write(byte: 8)
    }
  }

  mutating func write(_ operation: Operation, at now: EngineTime) {
    write(operation.kind)
    write(byte: operation.step.rawValue | (operation.isStuck ? Operation.stuckBit : 0))
    write(operation.failures)
    write(operation.deadline, at: now)
  }

  mutating func write(_ failed: Failed) {
    write(failed.operation)
    write(failed.failure.rawValue)
    write(failed.removals)
  }

  mutating func write(_ phase: Phase, at now: EngineTime) {
    switch phase {
    case .preparing(let operation, _):
      write(byte: 1)
      write(operation, at: now)
    case .usable(let operation):
      write(byte: 2)
      write(optional: operation) { $0.write($1, at: now) }
    case .removable: write(byte: 3)
    case .removing(let operation):
      write(byte: 4)
      write(operation, at: now)
    case .removed: write(byte: 5)
    case .canceling(let operation):
      write(byte: 6)
      write(operation, at: now)
    case .canceled: write(byte: 7)
    case .error(let failed):
      write(byte: 8)
      write(failed)
    }
  }
}

extension Operation {
  /// The bit beside the step, in the same byte, that marks a stuck operation.
  fileprivate static let stuckBit: UInt8 = 0x80
}

extension ByteReader {
  mutating func operationKind() throws(UnreadableRecord) -> OperationKind {
    switch try byte() {
    case 1: return .deployForCache(try cacheLevel())
    case 2: return .deployForUser
    case 3: return .moveToCache(try cacheLevel())
    case 4: return .setReady
    case 5: return .notifyReadyFromOSManager
    case 6: return .cancel
    case 7: return .destroy
    case 8: return .publish
    case let other: throw UnreadableRecord(why: "unknown operation \(other)")
    }
  }

  mutating func operation(at now: EngineTime) throws(UnreadableRecord) -> Operation {
    let kind = try operationKind()
    let stored = try byte()
    guard let step = OperationStep(rawValue: stored & ~Operation.stuckBit) else {
      throw UnreadableRecord(why: "there is no step \(stored)")
    }
    let failures = try integer()
    return Operation(
      kind, step: step, failures: failures, deadline: try deadline(at: now),
      isStuck: stored & Operation.stuckBit != 0)
  }

  mutating func failed() throws(UnreadableRecord) -> Failed {
    let operation = try operationKind()
    let failure = try word(FailureClass.self)
    return Failed(operation, failure, removals: try integer())
  }

  mutating func phase(at now: EngineTime) throws(UnreadableRecord) -> Phase {
    switch try byte() {
    case 1: return .preparing(try operation(at: now))
    case 2: return .usable(try bool() ? try operation(at: now) : nil)
    case 3: return .removable
    case 4: return .removing(try operation(at: now))
    case 5: return .removed
    case 6: return .canceling(try operation(at: now))
    case 7: return .canceled
    case 8: return .error(try failed())
    case let other: throw UnreadableRecord(why: "unknown state \(other)")
    }
  }
}
