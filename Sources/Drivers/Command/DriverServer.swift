package import DeploymentInterface
import Posix
import SafeTexts

/// A driver's program that is started once and answers one request a line, many at a time.
///
/// It is started when it is first needed, and again after it has ended, with growing pauses. Each
/// request has its own deadline; one that is not answered in time holds up no other.
package final class DriverServer: Sendable {
  private let desk: RequestBroker
  private let program: DriverProgram

  /// - Parameter firstPause: between an end of the program and its next start; doubled each time.
  package init(_ program: DriverProgram, firstPause: TimeSpan = .seconds(1)) {
    self.program = program
    desk = RequestBroker(firstPause: firstPause)
  }

  deinit { desk.close() }

  /// Asks, and judges the answer.
  ///
  /// - Parameter log: takes the warnings of the answer.
  func ask(
    _ request: DriverRequest, log: (LogLevel, SafeText) -> Void = { _, _ in }
  ) async -> DriverProgram.Answer {
    let desk = desk
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let call = ServedCall(
          request, within: program.answerWithin, give: { continuation.resume(returning: $0) })
        if desk.add(call) { serve() }
        if Task.isCancelled { desk.giveUp(request.call) }
      }
    } onCancel: {
      desk.giveUp(request.call)
    }
    switch result {
    case .success(let reply): return reply.answer(to: request.verb, log: log)
    case .failure(let failure): return .failed(failure)
    }
  }

  /// Keeps the program running from now on, and tells what it says unasked, while somebody holds
  /// the sink.
  func watch(_ sink: NoticeSink) {
    if desk.add(sink) { serve() }
  }

  /// Ends the program with everything in its process group, and waits until it has ended, or as
  /// good as.
  package func end() {
    desk.close()
    desk.waitForEnd(atMost: DriverProcess.grace + .seconds(1))
  }

  private func serve() {
    do throws(SystemError) {
      try SystemThread.start(named: "driver") { [desk, program] in
        ServerLoop(desk: desk, program: program).run()
      }
    } catch {
      desk.noteUnserved("the system gives no thread for the driver's program: \(error.text)")
    }
  }
}

/// One request on its way.
struct ServedCall: Sendable {
  typealias Result = Swift.Result<DriverReply, DeploymentFailure>
  let id: String
  let verb: String
  let bytes: [UInt8]
  let limit: TimeSpan
  /// When it is given up: milliseconds of the monotonic clock.
  let due: Int64
  /// When it was handed to the program; nil: it has not been.
  var sent: Int64?
  let give: @Sendable (Result) -> Void

  init(
    _ request: DriverRequest, within limit: TimeSpan, give: @escaping @Sendable (Result) -> Void
  ) {
    id = request.call
    verb = request.verb
    bytes = request.bytes
    self.limit = limit
    due = SystemClock.monotonicMilliseconds + limit.milliseconds
    self.give = give
  }

  func fail(_ kind: FailureClass, _ reason: String) {
    give(.failure(.init(kind, SafeText(reason))))
  }
}
