import DeploymentInterface
import Testing

@testable import TerminalHost

@Suite struct FramePacerTests {
  private func at(_ milliseconds: Int64) -> Moment { Moment(milliseconds: milliseconds) }

  @Test func drawsNothingUnlessSomethingChanged() {
    var pacer = FramePacer()
    #expect(pacer.due == nil)
    pacer.want(.input, at: at(5))
    pacer.drawn(at: at(5))
    #expect(pacer.due == nil)
  }

  @Test func drawsAtOnceForAPerson() {
    var pacer = FramePacer()
    pacer.drawn(at: at(1000))
    pacer.want(.data, at: at(1001))
    pacer.want(.input, at: at(1002))
    #expect(pacer.due == at(1002))
  }

  @Test func drawsDataTenTimesASecond() {
    var pacer = FramePacer()
    pacer.drawn(at: at(1000))
    pacer.want(.data, at: at(1001))
    pacer.want(.data, at: at(1050))
    #expect(pacer.due == at(1100))
    pacer.drawn(at: at(1100))
    pacer.want(.data, at: at(5000))
    #expect(pacer.due == at(5000))
  }

  @Test func drawsAWindowThatHasComeToRest() {
    var pacer = FramePacer()
    pacer.want(.resize, at: at(0))
    pacer.want(.resize, at: at(20))
    #expect(pacer.due == at(50))
  }

  @Test func drawsAWindowThatDoesNotComeToRest() {
    var pacer = FramePacer()
    for moment in stride(from: Int64(0), through: 400, by: 10) {
      pacer.want(.resize, at: at(moment))
      pacer.want(.input, at: at(moment))
    }
    #expect(pacer.due == at(150))
  }
}

@Suite struct FrameFlowTests {
  private func at(_ milliseconds: Int64) -> Moment { Moment(milliseconds: milliseconds) }

  private func asking() -> FlowControl {
    var flow = FlowControl()
    flow.trust()
    let asks = flow.sent(bytes: FlowControl.bytesPerQuestion)
    #expect(asks)
    flow.asked(at: at(0))
    return flow
  }

  @Test func asksNothingOfATerminalThatHasNeverAnswered() {
    var flow = FlowControl()
    let asks = flow.sent(bytes: 100_000)
    #expect(!asks)
  }

  @Test func asksAfterManyBytesAndNotAfterFew() {
    var flow = FlowControl()
    flow.trust()
    let asksEarly = flow.sent(bytes: FlowControl.bytesPerQuestion - 1)
    #expect(!asksEarly)
    let asksLate = flow.sent(bytes: 1)
    #expect(asksLate)
  }

  @Test func holdsFramesUntilTheAnswer() {
    var flow = asking()
    #expect(flow.blockedUntil(at: at(10)) == at(2000))
    flow.answered()
    #expect(flow.blockedUntil(at: at(10)) == nil)
  }

  @Test func goesOnWithoutAnAnswerAndAsksNoMore() {
    var flow = asking()
    #expect(flow.blockedUntil(at: at(2000)) == nil)
    flow.expire(at: at(2000))
    #expect(flow.unanswered == 0)
    let asks = flow.sent(bytes: 100_000)
    #expect(!asks)
  }

  @Test func answerThatNobodyAskedForHarmsNothing() {
    var flow = FlowControl()
    flow.answered()
    #expect(flow.unanswered == 0)
  }
}
