import Basics
import DeploymentDrivers
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import SafeTexts

/// Sends requests to the engine of a store, and reports the answers.
struct RequestRunner {
  private let options: ActOptions
  private let revision: UInt64?
  private let context: CommandContext
  private let storePath: String
  private let client: RequestClient
  private let reader: StoreReader
  /// The requests are reports, which are kept for the next engine if none answers.
  private let keeps: Bool
  private let hasEngine: Bool
  /// The signals that end a wait; nil: they end the process.
  var signals: PendingSignals?
  /// Whether users go on waiting when a wait ends before they are let in.
  var staysWaiting = false

  /// - Parameters:
  ///   - revision: the revision that the deployment must still have.
  ///   - keeps: the requests are reports, which are kept for the next engine if none answers.
  init(
    _ options: ActOptions, ifRevision revision: UInt64? = nil, keeps: Bool = false,
    _ context: CommandContext
  ) throws(CommandFailure) {
    guard !options.global.readOnly else {
      throw CommandFailure(.notPermitted, "dashboard: --read-only: nothing is changed")
    }
    self.options = options
    self.revision = revision
    self.context = context
    self.keeps = keeps
    self.storePath = try CommandEnvironment.find(options.global, context).storePath
    let gap = keeps ? .zero : min(context.patience, LeaseStatus.takeOverTime)
    let engine = LeaseStatus.query(store: storePath, patience: gap)
    hasEngine = engine != .none
    if !hasEngine, !keeps { throw Self.noEngine(storePath) }
    if options.wait,
      let call = CallMark.call(context.environment[CallMark.variable], of: engine.pid)
    {
      throw CommandFailure(
        .failed,
        "dashboard: --wait is refused inside the driver's call \(call): it would wait for the "
          + "engine, which waits for that call")
    }
    do throws(StoreFailure) {
      self.reader = try StoreReader(path: storePath, patience: context.patience)
      self.client = try RequestClient(path: storePath, patience: context.patience)
    } catch {
      throw CommandFailure(error)
    }
  }

  /// Sends all requests at once, waits if the options say so, and reports.
  func perform(_ acts: [Act], form: ResultReport.Form = .lines) throws(CommandFailure) {
    var results = try ask(acts)
    var signal: Int32?
    if options.wait {
      let waited = try CompletionWaiter(
        reader: reader, storePath: storePath, context: context, patience: options.timeout,
        signals: signals
      ).wait(results)
      results = try left(waited.results, waited.end).map { result throws(CommandFailure) in
        try explained(result)
      }
      if case .signal(let number) = waited.end { signal = number }
    }
    let view = try storeFailing { () throws(StoreFailure) in try reader.snapshot() }
    let report = ResultReport(results: results, view: StoreView(view.state, at: context.clock.now))
    if options.global.json {
      try context.answer(.array(report.documents))
    } else {
      try context.answer(report.answers(form))
    }
    let lines = report.complaints
    // The status that a shell gives to a program which a signal has ended.
    if let signal { throw CommandFailure(ExitStatus(rawValue: 128 + signal), lines: lines) }
    if !lines.isEmpty { throw CommandFailure(report.status, lines: lines) }
  }

  /// The results of a wait that has ended before everything was complete: its users no longer wait.
  private func left(
    _ results: [ActResult], _ end: CompletionWaiter.End
  ) throws(CommandFailure) -> [ActResult] {
    let why: String
    switch end {
    case .complete: return results
    case .timeOver: why = "not finished within \(options.timeout?.description ?? "its time")"
    case .signal: why = "interrupted"
    }
    let snapshot = try storeFailing { () throws(StoreFailure) in try reader.snapshot() }
    let view = StoreView(snapshot.state, at: context.clock.now)
    var requests: [Int: Request] = [:]
    for (number, result) in results.enumerated() where result.outcome == .accepted {
      guard case .letIn(let user, let target) = result.act.goal, !staysWaiting,
        let pool = view.pool(named: target.text)?.name
          ?? result.deployment.flatMap(view.deployment).flatMap({ view.poolName($0.pool) })
      else { continue }
      var request = Request(
        key: Self.randomKey(number), actor: context.actor, verb: .unwait(pool, user: user))
      if endsWithProcess { request.asker = .current }
      requests[number] = request
    }
    let replies = try replies(to: requests.sorted { $0.key < $1.key }.map(\.value))
    return results.enumerated().map { number, result in
      guard result.outcome == .accepted else { return result }
      var sentence = why
      if let request = requests[number] {
        switch replies[request.key] {
        case .accepted(_, let note): sentence += "; \(note)"
        case .refused(let refusal): sentence += "; \(refusal.sentence)"
        case nil: sentence += "; the engine did not answer, so the user may still wait"
        }
      } else {
        sentence += result.isHeldUp ? ": \(result.reason)" : "; it goes on"
      }
      return ActResult(result.act, .failed, SafeText(sentence), deployment: result.deployment)
    }
  }

  /// The result of a user who got nothing, with what the journal says about that.
  private func explained(_ result: ActResult) throws(CommandFailure) -> ActResult {
    guard case .letIn(let user, _) = result.act.goal, result.outcome == .failed,
      result.deployment == nil,
      let last = try reader.lastEntries(about: user, now: context.clock.now.utc).last
    else { return result }
    var result = result
    result.reason = "\(result.reason): \(last.message)"
    return result
  }

  /// Whether the users of this command stop waiting when it is killed. A command with a
  /// key can be repeated, and then continues to wait.
  private var endsWithProcess: Bool { options.wait && !staysWaiting && options.key == nil }

  private static func randomKey(_ number: Int) -> RequestKey {
    RequestKey("cli-\(String(UInt64.random(in: .min ... .max), radix: 36))-\(number)")
  }

  /// The key of an act. A user's key belongs to one act; with several acts, each gets its own, made
  /// of that key and the argument, so that repeating the command line repeats the keys.
  private func key(of act: Act, among acts: [Act], number: Int) -> RequestKey {
    guard let key = options.key else { return Self.randomKey(number) }
    guard acts.count > 1 else { return RequestKey(key) }
    let own = "\(key)/\(act.argument)"
    // Keys have a maximum length, and cutting them could make two equal.
    return RequestKey(own.utf8.count <= 100 ? own : "\(key)/#\(number)")
  }

  private func ask(_ acts: [Act]) throws(CommandFailure) -> [ActResult] {
    let snapshot = try storeFailing { () throws(StoreFailure) in try reader.snapshot() }
    let view = StoreView(snapshot.state, at: context.clock.now)
    var settled: [Int: ActResult] = [:]
    var requests: [Int: Request] = [:]
    for (number, act) in acts.enumerated() {
      let key = key(of: act, among: acts, number: number)
      if let earlier = try earlier(key) {
        settled[number] =
          act.repeats(earlier.request, ifRevision: revision, in: view)
          ? Self.result(act, earlier.reply, about: nil)
          : ActResult(act, .refused, RequestClient.otherRequest(key))
        continue
      }
      do throws(LookupFailure) {
        var request = Request(
          key: key, actor: context.actor, verb: try act.verb(view), ifRevision: revision)
        if case .letIn = act.goal, endsWithProcess { request.asker = .current }
        requests[number] = request
      } catch {
        settled[number] = ActResult(
          act, .refused, SafeText(error.sentence), status: error.status)
      }
    }
    let replies = try replies(to: requests.sorted { $0.key < $1.key }.map(\.value))
    return acts.enumerated().map { number, act in
      settled[number] ?? result(act, requests[number], replies, in: view)
    }
  }

  /// Only a key chosen by the caller can have been used before.
  private func earlier(
    _ key: RequestKey
  ) throws(CommandFailure) -> (request: Request, reply: Reply)? {
    guard options.key != nil else { return nil }
    return try storeFailing { () throws(StoreFailure) in try client.earlier(key) }
  }

  private func replies(to requests: [Request]) throws(CommandFailure) -> [RequestKey: Reply] {
    guard !requests.isEmpty else { return [:] }
    return try storeFailing { () throws(StoreFailure) in
      keeps
        ? try client.report(requests, timeout: hasEngine ? context.patience : .zero)
        : try client.ask(requests, timeout: context.patience)
    }
  }

  private func result(
    _ act: Act, _ request: Request?, _ replies: [RequestKey: Reply], in view: StoreView
  ) -> ActResult {
    if let request, let reply = replies[request.key] {
      return Self.result(act, reply, about: request.verb.deployment)
    }
    if keeps { return kept(act, request, in: view) }
    let seconds = context.patience.spoken
    let isOpen = request.flatMap { try? client.isOpen($0.key) } ?? false
    let end =
      isOpen ? "it took the request, and may still carry it out" : "request withdrawn"
    return ActResult(
      act, .failed, SafeText("the engine did not answer within \(seconds): \(end)"),
      deployment: request?.verb.deployment, status: .unavailable)
  }

  private func kept(_ act: Act, _ request: Request?, in view: StoreView) -> ActResult {
    let why = hasEngine ? "the engine does not answer" : "no engine runs"
    var note = "\(why): the report is kept for the next one"
    if case .notify(let uniqueId, _)? = request?.verb, !view.hasDeployment(uniqueId: uniqueId) {
      note += "; now no deployment has the unique id \(uniqueId)"
    }
    return ActResult(act, .accepted, SafeText(note))
  }

  private static func result(_ act: Act, _ reply: Reply, about id: DeploymentID?) -> ActResult {
    switch reply {
    case .accepted(let chosen, let note):
      ActResult(act, .accepted, note, deployment: chosen ?? id)
    case .refused(let refusal):
      ActResult(
        act, .refused, refusal.sentence, deployment: id,
        status: refusal.kind == .notFound ? .absent : .failed)
    }
  }

  private static func noEngine(_ path: String) -> CommandFailure {
    do throws(StoreFailure) {
      _ = try StoreReader(path: path)
    } catch {
      // Who may not read the folder does not see the engine either.
      if error.kind == .unreadable { return CommandFailure(error) }
    }
    return CommandFailure(
      .unavailable,
      "dashboard: no engine runs on \(path): open the dashboard or start `dashboard engine`")
  }
}

/// Converts the failures of a store into those of this program.
func storeFailing<Value>(
  _ body: () throws(StoreFailure) -> Value
) throws(CommandFailure) -> Value {
  do throws(StoreFailure) {
    return try body()
  } catch {
    throw CommandFailure(error)
  }
}

extension LeaseStatus {
  /// The process id of the engine; 0 if there is none.
  fileprivate var pid: Int32 {
    switch self {
    case .none: 0
    case .running(let pid, _, _), .silent(let pid, _, _): pid
    }
  }
}
