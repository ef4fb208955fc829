import Basics
import DeploymentInterface
package import Posix
import SafeTexts

import struct Synchronization.Atomic

/// Supplies checks with deployments, makes their calls, and removes what they created.
final class ConformanceRunner: Sendable {
  let fixture: ConformanceFixture
  private let state = Mutex(State())
  private let threads = BlockingExecutor.checks
  private let start = ContinuousClock.now

  private struct State {
    var next: Int64 = 1
    /// Every subject as of its last call, for the removal at the end of a check.
    var made: [ConformanceResource: ConformanceSubject] = [:]
    var publication: PublicationReference?
  }

  init(_ fixture: ConformanceFixture) { self.fixture = fixture }

  var service: any Service { fixture.service }
  var traits: ServiceTraits { service.traits }
  private static let call = Atomic<UInt64>(0)

  /// Creates a deployment that has not been called.
  func subject(of service: (any Service)? = nil) async throws(CheckEnd) -> ConformanceSubject {
    let service = service ?? self.service
    var subject = ConformanceSubject(self, nextThing(), service)
    if service.traits.publishes { subject.publication = try await publication() }
    if !traits.cacheLevels.contains(.l1) { subject.placement = .cache(.l1, reservedFor: "ana") }
    return subject
  }

  /// Creates a publication that has not been called.
  func unpublished() -> ConformanceSubject {
    var thing = nextThing()
    thing.identity = Identity(name: "\(thing.identity.name)-p1")
    var subject = ConformanceSubject(self, thing, service)
    subject.isPublication = true
    return subject
  }

  private func nextThing() -> ConformanceResource {
    let id = state.withLock { state in
      defer { state.next += 1 }
      return state.next
    }
    return ConformanceResource(owner: fixture.owner, id: id, identity: fixture.identity(id))
  }

  /// The publication that all deployments are cloned from.
  private func publication() async throws(CheckEnd) -> PublicationReference {
    if let known = state.withLock({ $0.publication }) { return known }
    var subject = unpublished()
    try await subject.finish(.publish)
    let made = PublicationReference(
      revision: 1, name: subject.thing.identity.name, data: subject.data)
    state.withLock {
      $0.publication = made
      $0.made[subject.thing] = nil
    }
    return made
  }

  // MARK: Calls

  /// Makes a call as the engine does, on threads that may block.
  ///
  /// - Returns: the outcome; nil if the call did not return within the limit.
  func perform(
    _ call: Call, on service: any Service, owner: String, cancelled: Bool = false
  ) async -> CallResult? {
    let race = CallRace()
    let limit = fixture.callLimit
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

  /// The time of both clocks, as passed to a call.
  var now: EngineTime {
    let elapsed = start.duration(to: .now).milliseconds
    return EngineTime(
      moment: .init(milliseconds: elapsed), utc: .init(milliseconds: Self.epoch + elapsed))
  }
  /// A wall-clock time that cannot be mistaken for a duration.
  private static let epoch: Int64 = 1_700_000_000_000

  static func nextCall() -> CallID {
    CallID(call.add(1, ordering: .relaxed).newValue)
  }

  // MARK: Removal

  func note(_ subject: ConformanceSubject) {
    state.withLock { $0.made[subject.thing] = subject }
  }

  func forget(_ thing: ConformanceResource) {
    state.withLock { $0.made[thing] = nil }
  }

  /// Destroys what the check created and did not remove; failures are retried at the end.
  func cleanUp() async {
    let left = state.withLock { $0.made.values.sorted { $0.thing.id < $1.thing.id } }
    for var subject in left {
      subject.isDoubled = false
      try? await subject.finish(.destroy)
    }
  }

  func end() async {
    await cleanUp()
    guard let publication = state.withLock({ $0.publication }) else { return }
    let thing = ConformanceResource(
      owner: fixture.owner, id: 0, identity: Identity(name: publication.name))
    var subject = ConformanceSubject(self, thing, service)
    subject.isPublication = true
    subject.data = publication.data
    try? await subject.finish(.destroy)
  }
}

/// Passes the first of two answers to the waiting task.
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

  /// Runs the action at the end, or at once if that has passed.
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
  /// The executor for driver checks: as in the engine, a call that blocks delays no other.
  package static let checks = BlockingExecutor(named: "check", limit: 256)
}
