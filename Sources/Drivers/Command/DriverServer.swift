package import DeploymentInterface
import Posix
import SafeTexts

/// A driver program that is started once and answers one request per line, several at a time.
///
/// It is started when it is first needed and restarted after it has ended, with growing pauses.
/// Each request has its own deadline; one that is not answered in time does not delay others.
package final class DriverServer: Sendable {
  private let broker: RequestBroker
  private let program: DriverProgram

  /// - Parameter firstPause: the pause before the first restart; doubled each time.
  package init(_ program: DriverProgram, firstPause: TimeSpan = .seconds(1)) {
    self.program = program
    broker = RequestBroker(firstPause: firstPause)
  }

  deinit { broker.close() }

  /// Makes a call and evaluates the answer.
  ///
  /// - Parameter log: receives the warnings of the answer.
  func ask(
    _ request: DriverRequest, log: (LogLevel, SafeText) -> Void = { _, _ in }
  ) async -> DriverProgram.Answer {
    let broker = broker
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let call = ServedCall(
          request, within: program.answerWithin, give: { continuation.resume(returning: $0) })
        if broker.add(call) { serve() }
        if Task.isCancelled { broker.giveUp(request.call) }
      }
    } onCancel: {
      broker.giveUp(request.call)
    }
    switch result {
    case .success(let reply): return reply.answer(to: request.verb, log: log)
    case .failure(let failure): return .failed(failure)
    }
  }

  /// Keeps the program running and passes its notices to the sink, for as long as the sink exists.
  func watch(_ sink: NoticeSink) {
    if broker.add(sink) { serve() }
  }

  /// Ends the program with everything in its process group, and waits for its end, at most three
  /// seconds.
  package func end() {
    broker.close()
    broker.waitForEnd(atMost: DriverProcess.grace + .seconds(1))
  }

  private func serve() {
    do throws(SystemError) {
      try SystemThread.start(named: "driver") { [broker, program] in
        ServerLoop(broker: broker, program: program).run()
      }
    } catch {
      broker.noteUnserved("cannot start a thread for the driver's program: \(error.text)")
    }
  }
}

/// A request in flight.
struct ServedCall: Sendable {
  typealias Result = Swift.Result<DriverReply, DeploymentFailure>
  let id: String
  let verb: String
  let bytes: [UInt8]
  let limit: TimeSpan
  /// Its deadline, in milliseconds of the monotonic clock.
  let due: Int64
  /// When it was sent to the program; nil if it was not sent.
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
