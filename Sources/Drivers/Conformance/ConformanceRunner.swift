import Basics
import DeploymentInterface
package import Posix
import SafeTexts

import struct Synchronization.Atomic

/// Where checks get their deployments from, and what they have made so far.
final class ConformanceRunner: Sendable {
  let ground: ConformanceFixture
  private let state = Mutex(State())
  private let threads = BlockingExecutor.checks
  private let start = ContinuousClock.now

  private struct State {
    var next: Int64 = 1
    /// Every trial as it was called last, for the removal at the end of a check.
    var made: [ConformanceResource: ConformanceSubject] = [:]
    var publication: PublicationReference?
  }

  init(_ ground: ConformanceFixture) { self.ground = ground }

  var service: any Service { ground.service }
  var traits: ServiceTraits { service.traits }
  private static let call = Atomic<UInt64>(0)

  /// A deployment that has not been called.
  func trial(of service: (any Service)? = nil) async throws(CheckEnd) -> ConformanceSubject {
    let service = service ?? self.service
    var trial = ConformanceSubject(self, nextThing(), service)
    if service.traits.publishes { trial.publication = try await publication() }
    if !traits.cacheLevels.contains(.l1) { trial.placement = .cache(.l1, reservedFor: "ana") }
    return trial
  }

  /// A publication that has not been called.
  func unpublished() -> ConformanceSubject {
    var thing = nextThing()
    thing.identity = Identity(name: "\(thing.identity.name)-p1")
    var trial = ConformanceSubject(self, thing, service)
    trial.isPublication = true
    return trial
  }

  private func nextThing() -> ConformanceResource {
    let id = state.withLock { state in
      defer { state.next += 1 }
      return state.next
    }
    return ConformanceResource(owner: ground.owner, id: id, identity: ground.identity(id))
  }

  /// The publication that all deployments are made from.
  private func publication() async throws(CheckEnd) -> PublicationReference {
    if let known = state.withLock({ $0.publication }) { return known }
    var trial = unpublished()
    try await trial.finish(.publish)
    let made = PublicationReference(
      revision: 1, name: trial.thing.identity.name, data: trial.data)
    state.withLock {
      $0.publication = made
      $0.made[trial.thing] = nil
    }
    return made
  }

  // MARK: Calls

  /// Makes a call as the engine would, on threads that may block.
  ///
  /// - Returns: what came of it; nil: it has not come back within the limit.
  func perform(
    _ call: Call, on service: any Service, owner: String, cancelled: Bool = false
  ) async -> CallResult? {
    let race = CallRace()
    let limit = ground.callLimit
    return await withCheckedContinuation { continuation in
      race.wait(with: continuation)
      let task = Task.detached(executorPreference: threads) {
        race.give(await service.perform(call, owner: owner))
      }
      if cancelled { task.cancel() }
      let timer = Task.detached {
        guard (try? await Task.sleep(for: .milliseconds(limit.milliseconds))) != nil else { return }
        race.give(nil)
        task.cancel()
      }
      race.onEnd { timer.cancel() }
    }
  }

  /// What both clocks say, as a call is told.
  var now: EngineTime {
    let elapsed = start.duration(to: .now).milliseconds
    return EngineTime(
      moment: .init(milliseconds: elapsed), utc: .init(milliseconds: Self.epoch + elapsed))
  }
  /// Any time that is no duration.
  private static let epoch: Int64 = 1_700_000_000_000

  static func nextCall() -> CallID {
    CallID(call.add(1, ordering: .relaxed).newValue)
  }

  // MARK: Removal

  func note(_ trial: ConformanceSubject) {
    state.withLock { $0.made[trial.thing] = trial }
  }

  func forget(_ thing: ConformanceResource) {
    state.withLock { $0.made[thing] = nil }
  }

  /// Destroys what the check has made and not removed; what cannot be destroyed is tried again at
  /// the end.
  func cleanUp() async {
    let left = state.withLock { $0.made.values.sorted { $0.thing.id < $1.thing.id } }
    for var trial in left {
      trial.isDoubled = false
      try? await trial.finish(.destroy)
    }
  }

  func end() async {
    await cleanUp()
    guard let publication = state.withLock({ $0.publication }) else { return }
    let thing = ConformanceResource(
      owner: ground.owner, id: 0, identity: Identity(name: publication.name))
    var trial = ConformanceSubject(self, thing, service)
    trial.isPublication = true
    trial.data = publication.data
    try? await trial.finish(.destroy)
  }
}

/// Gives the first of two answers to the one who waits.
private final class CallRace: Sendable {
  private struct State {
    var continuation: CheckedContinuation<CallResult?, Never>?
    var isOver = false
    var end: (@Sendable () -> Void)?
  }
  private let state = Mutex(State())

  func wait(with continuation: CheckedContinuation<CallResult?, Never>) {
    state.withLock { $0.continuation = continuation }
  }

  /// Runs at the end, or now when that was before.
  func onEnd(_ action: @escaping @Sendable () -> Void) {
    let isOver = state.withLock { state in
      state.end = action
      return state.isOver
    }
    if isOver { action() }
  }

  func give(_ outcome: CallResult?) {
    let (continuation, end) = state.withLock { state in
      defer {
        state.continuation = nil
        state.isOver = true
      }
      return (state.continuation, state.end)
    }
    continuation?.resume(returning: outcome)
    end?()
  }
}

extension BlockingExecutor {
  /// What checks of drivers run on: as in the engine, nobody else waits for a call that blocks.
  package static let checks = BlockingExecutor(named: "check", limit: 256)
}
