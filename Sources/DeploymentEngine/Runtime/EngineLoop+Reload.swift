import DeploymentEngine
import DeploymentInterface
import Posix
import SafeTexts

extension EngineLoop {
  /// Handles a request. The core reads no file, so a request to reload is carried out here: the
  /// file is read on another thread, because its disk may be slow.
  mutating func handle(_ request: Request, at now: EngineTime) {
    guard case .engine(.reload(let force, let closeAll)) = request.verb.kind,
      let read = options.reload
    else { return engine.handle(.request(request), at: now) }
    // After a step that was not stored, the same request is handled again.
    if reloading == request.key { return }
    guard reloading == nil else {
      let refusal = Refusal(.notPermitted, "the configuration file is being read already")
      return engine.handle(.answered(request, .refused(refusal)), at: now)
    }
    reloading = request.key
    let mailbox = session.mailbox
    let consent = ReloadConsent(force: force, closeAll: closeAll)
    BlockingExecutor.control.run {
      let result = read(consent)
      mailbox.post { $0.reloads.append((request, result)) }
    }
  }

  /// Takes the configuration over that was read, or says why not.
  mutating func end(_ request: Request, _ result: ReloadResult, at now: EngineTime) {
    reloading = nil
    switch result {
    case .configuration(let configuration, let note):
      configure(configuration, at: now)
      engine.handle(.answered(request, .accepted(nil, note: note)), at: now)
    case .refused(let sentence):
      engine.handle(.answered(request, .refused(Refusal(.notPermitted, sentence))), at: now)
    }
  }
}
