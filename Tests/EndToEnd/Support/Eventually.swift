import Glibc

/// What did not happen within its time.
struct TooLate: Error, CustomStringConvertible {
  let description: String
}

/// Asks again and again until there is an answer. The only place of these tests that waits: real
/// processes and a real terminal tell nobody when they are done.
///
/// - Parameters:
///   - what: the claim, for the failure.
///   - seconds: when to give up; generous, because machines are slow at times.
///   - seen: what there was instead, for the failure.
///   - answer: nil: not yet.
func eventually<Answer>(
  _ what: String, within seconds: Int = 60, seen: () -> String = { "" },
  answer: () throws -> Answer?
) throws -> Answer {
  let end = monotonicMilliseconds() + seconds * 1000
  while true {
    if let answer = try answer() { return answer }
    guard monotonicMilliseconds() < end else {
      throw TooLate(description: "not within \(seconds) s: \(what)\n\(seen())")
    }
    // Waits for the next look at a real process or terminal.
    usleep(15_000)
  }
}

/// Lets so much time pass in which something must not happen, or in which work must be caught in
/// the middle.
func pass(milliseconds: Int) {
  // Waits as long as the caller says.
  usleep(UInt32(milliseconds) * 1000)
}

/// The monotonic clock.
func monotonicMilliseconds() -> Int {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
}
