import Basics
import DashboardScreen
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import Logging
import Posix
import SafeTexts

/// Keeps a store's engine going: in this process where no other has it.
final class EngineSeat: Sendable {
  /// How often it looks whether the engine of another process is still there.
  private static let pause = TimeSpan.milliseconds(500)
  /// How often it looks at the engine of this process, whose end wakes it.
  private static let longPause = TimeSpan.seconds(5)
  /// An engine that has been silent for longer is taken for frozen, and its store may be taken
  /// over.
  private static let silence = TimeSpan.seconds(10)
  /// How long calls in flight may take when the program ends.
  private static let draining = TimeSpan.seconds(3)

  private struct State {
    var host: EngineService?
    var isSuspended = false
    var isStopped = false
    var trouble: SafeText?
    var refusal: SafeText?
  }

  private let options: EngineOptions
  private let mail: SessionMail
  private let onPresence: @Sendable (_ isHere: Bool) -> Void
  private let state = Mutex(State())
  private let watching = BlockingExecutor(named: "takeover", limit: 1)
  private let bell = Semaphore()
  private let ended = Semaphore()

  /// - Parameter onPresence: told when the engine has come to this process, or gone from it.
  init(
    _ options: EngineOptions, mail: SessionMail, onPresence: @escaping @Sendable (Bool) -> Void
  ) {
    self.options = options
    self.mail = mail
    self.onPresence = onPresence
  }

  /// Becomes the engine where there is none, and goes on looking.
  func start() {
    watching.run { [self] in
      var configuration = options.configuration
      var isFirst = true
      while !state.withLock({ $0.isStopped }) {
        watch(configuration, isFirst: isFirst)
        // Who takes a store over goes on with what it ran on.
        configuration = nil
        isFirst = false
        let isHere = state.withLock { $0.host != nil }
        _ = bell.wait(atMost: (isHere ? Self.longPause : Self.pause).duration)
      }
      ended.signal()
    }
  }

  /// Stops the engine, if it is here, and looks no more.
  func stop() {
    state.withLock { $0.isStopped = true }
    bell.signal()
    _ = ended.wait(atMost: .seconds(5))
    state.withLock { $0.host }?.stop(draining: Self.draining)
  }

  /// Gives the store away before the process is stopped by job control.
  func suspend() {
    let host = state.withLock { state in
      state.isSuspended = true
      return state.host
    }
    host?.suspendForStop()
  }

  /// Takes the store again, if nobody has it now.
  func resume() {
    state.withLock { $0.isSuspended = false }
    bell.signal()
  }

  private func watch(_ configuration: Configuration?, isFirst: Bool) {
    let (host, isSuspended) = state.withLock { ($0.host, $0.isSuspended) }
    guard !isSuspended else { return }
    if let host {
      if let lost = host.lost { return lose(lost) }
      tell(host.trouble)
      // After a suspension it is started again; one that runs goes on running.
      return restart(host)
    }
    guard mayTake else { return isFirst ? onPresence(false) : () }
    begin(configuration, isFirst: isFirst)
  }

  private var mayTake: Bool {
    switch EnginePresence.query(store: options.storePath) {
    case .none: true
    case .running: false
    case .silent(_, _, let age): age > Self.silence
    }
  }

  private func begin(_ configuration: Configuration?, isFirst: Bool) {
    var options = options
    options.configuration = configuration
    options.onLost = { [bell] _ in bell.signal() }
    let host = EngineService(options)
    do throws(EngineStartFailure) {
      try host.start()
      state.withLock { $0.host = host }
      onPresence(true)
      if !isFirst { mail.post(.notice("the engine is in this process now")) }
    } catch {
      onPresence(false)
      refuse(error, isFirst: isFirst)
    }
  }

  private func restart(_ host: EngineService) {
    do throws(EngineStartFailure) {
      try host.start()
    } catch {
      state.withLock { $0.host = nil }
      onPresence(false)
      refuse(error, isFirst: false)
    }
  }

  /// A store that cannot be used ends the program at its start; later it is said and tried again.
  private func refuse(_ failure: EngineStartFailure, isFirst: Bool) {
    if isFirst, case .store(let store) = failure.cause, store.kind != .unwritable {
      return mail.end(CommandFailure(store))
    }
    let isNew = state.withLock { state in
      defer { state.refusal = failure.sentence }
      return state.refusal != failure.sentence
    }
    if isNew { mail.post(.failure(failure.sentence)) }
  }

  private func lose(_ reason: SafeText) {
    state.withLock { $0.host = nil }
    onPresence(false)
    mail.post(.failure("the engine of this process has ended: \(reason)"))
  }

  private func tell(_ trouble: SafeText?) {
    let isNew = state.withLock { state in
      defer { state.trouble = trouble }
      return state.trouble != trouble
    }
    if isNew, let trouble { mail.post(.failure(trouble)) }
  }
}
