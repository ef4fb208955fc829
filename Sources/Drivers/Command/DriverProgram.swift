package import DeploymentInterface
import Glibc
package import SafeTexts

import struct Synchronization.Atomic

/// A driver program as configured, and single calls of it.
package struct DriverProgram: Sendable {
  let arguments: [String]
  let environment: [String]
  let workingDirectory: String?
  let configuration: [String: String]
  package let answerWithin: TimeSpan
  /// Whether it is started once and serves.
  let serves: Bool
  let left = LeftProcesses()

  /// The result of a call.
  package enum Answer: Sendable {
    /// `done` or `running`.
    case reply(DriverReply)
    /// `failed`, because the resource does not exist.
    case absent(SafeText)
    /// Any other failure.
    case failed(DeploymentFailure)
  }

  private static let calls = Atomic<UInt64>(0)

  /// An id for a call, which says whose call it is.
  static func newCall() -> String {
    CallMark.id(calls.add(1, ordering: .relaxed).newValue)
  }

  /// The command line without the verb, for a sentence.
  var words: String {
    let all = arguments.joined(separator: " ")
    return all.count > 160 ? all.prefix(159) + "…" : all
  }

  /// Creates a request with the members that all requests share.
  package func request(_ verb: String) -> DriverRequest {
    DriverRequest(
      verb: verb, call: Self.newCall(), deadlineMs: answerWithin.milliseconds,
      provider: configuration)
  }

  /// Makes a call and evaluates the answer.
  ///
  /// - Parameter log: receives the program's standard error and its warnings.
  package func ask(
    _ request: DriverRequest, log: (LogLevel, SafeText) -> Void = { _, _ in }
  ) async -> Answer {
    do throws(DeploymentFailure) {
      return judge(try await run(request), of: request, log: log)
    } catch {
      return .failed(error)
    }
  }

  /// Evaluates how a call ended.
  package func judge(
    _ ending: DriverProcess.Ending, of request: DriverRequest,
    log: (LogLevel, SafeText) -> Void = { _, _ in }
  ) -> Answer {
    for line in ending.complaints { log(.info, SafeText("\(request.verb): \(line)")) }
    if !ending.left.isEmpty {
      let names = ending.left.map(\.text).joined(separator: ", ")
      log(
        .warning,
        SafeText("\(request.verb) left \(names) running, which still holds its standard streams"))
    }
    do throws(DeploymentFailure) {
      return try ending.reply(to: request, within: answerWithin)
        .answer(to: request.verb, log: log)
    } catch {
      return .failed(error)
    }
  }

  /// Runs the program once without evaluating its answer.
  func run(_ request: DriverRequest) async throws(DeploymentFailure) -> DriverProcess.Ending {
    if DriverVerb(rawValue: request.verb)?.makes == true, let full = left.refusal { throw full }
    return try await run([request.verb], request.bytes, call: request.call)
  }

  package func run(
    _ words: [String], _ input: [UInt8], call: String? = nil
  ) async throws(DeploymentFailure) -> DriverProcess.Ending {
    try await DriverProcess(
      program: self.words, arguments: arguments + words, environment: environment,
      workingDirectory: workingDirectory, call: call ?? Self.newCall(), left: left,
      limit: answerWithin
    ).run(input)
  }

  /// The maximum number of lines of standard error that are logged per call; the last ones count.
  static let linesKept = 8
}

extension DriverProcess.Ending {
  /// The last lines of its standard error, made inert.
  var complaints: [SafeText] {
    errors.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d })
      .suffix(DriverProgram.linesKept).map { SafeText(bytes: $0, limit: 512) }
  }

  /// The answer, if it was given in time and is valid.
  package func reply(
    to request: DriverRequest, within limit: TimeSpan
  ) throws(DeploymentFailure) -> DriverReply {
    let verb = request.verb
    let why = complaints.last.map { ": \($0)" } ?? ""
    switch cause {
    case .exited(0) where output.contains { $0 > 0x20 }: break
    case .exited(0): throw .outOfReach("`\(verb)` of \(program) ended without an answer\(why)")
    case .exited(let status): throw failure(verb, status, why)
    case .signalled(let signal):
      throw .outOfReach("`\(verb)` of \(program) was killed by signal \(signal)\(why)")
    case .late:
      throw .init(.unknown, SafeText("\(verb) did not answer within \(limit) and was ended\(why)"))
    case .cancelled:
      throw .init(.unknown, SafeText("\(verb) was cancelled before it answered"))
    case .tooMuch:
      let most = Limits.driverReplyBytes
      throw .init(.unknown, SafeText("\(verb) wrote more than \(most) bytes and was ended"))
    }
    let reply: DriverReply
    do throws(DeploymentFailure) {
      reply = try DriverReply(reading: output)
    } catch {
      throw .init(.unknown, SafeText("\(verb) gave an invalid answer: \(error.reason)\(why)"))
    }
    guard reply.call == request.call else {
      let said = SafeText(reply.call ?? "none", limit: 80)
      throw .init(.unknown, SafeText("\(verb) answered another call (\(said))"))
    }
    return reply
  }

  /// The failure that an exit status stands for, if there is no answer in JSON. It is never a
  /// permanent one: a program that crashes or is being replaced may end with any status.
  private func failure(_ verb: String, _ status: Int32, _ why: String) -> DeploymentFailure {
    let ended = "`\(verb)` of \(program) ended with \(status)\(why)"
    return switch status {
    case 69: .init(.transient, SafeText("the platform is out of reach: \(ended)"))
    case 75: .init(.transient, SafeText("the driver asks to try again later: \(ended)"))
    case 77: .init(.denied, SafeText("the platform denies access: \(ended)"))
    default: .outOfReach(ended)
    }
  }
}

extension DriverReply {
  /// Evaluates the reply; its warnings go to the log.
  func answer(to verb: String, log: (LogLevel, SafeText) -> Void) -> DriverProgram.Answer {
    for warning in (warnings ?? []).prefix(DriverProgram.linesKept) {
      log(.warning, SafeText(warning))
    }
    return judged(verb, log)
  }

  /// Translates its error class to that of the engine.
  fileprivate func judged(
    _ verb: String, _ log: (LogLevel, SafeText) -> Void
  ) -> DriverProgram.Answer {
    switch outcome {
    case .done, .running: return .reply(self)
    case .unknown:
      return .failed(
        .init(.unknown, SafeText(error?.message ?? "\(verb) could not determine the outcome")))
    case .failed: break
    }
    let said = SafeText(error?.message ?? "")
    let message = said.isEmpty ? SafeText("\(verb) failed and gave no reason") : said
    let wait = error?.retryAfterMs.flatMap { $0 > 0 ? TimeSpan.milliseconds($0) : nil }
    switch error?.class {
    case "notFound": return .absent(message)
    case "permanent", "bug", nil: return .failed(.init(.permanent, message))
    case "notOurs":
      let reason = "not ours: \(message)"
      let isCreation = verb == DriverVerb.create.rawValue
      return .failed(isCreation ? .nameTaken(reason) : .permanent(reason))
    case "transient", "capacity", "conflict":
      return .failed(.init(.transient, message, retryAfter: wait))
    case "throttled", "quota": return .failed(.init(.throttled, message, retryAfter: wait))
    case "auth": return .failed(.init(.denied, message, retryAfter: wait))
    case .some(let word):
      log(.warning, SafeText("\(verb): unknown error class \(SafeText(word, limit: 40))"))
      return .failed(.init(.transient, message, retryAfter: wait))
    }
  }
}
