import Glibc
import Posix

/// What did not happen within its time, or another reason why a test cannot go on.
package struct TooLate: Error, CustomStringConvertible {
  /// What the failure says.
  package let description: String

  /// A failure with these words.
  package init(description: String) { self.description = description }
}

/// When a wait is given up, in seconds: long, because a machine may be slow and a build may be for
/// a sanitizer.
package let patience = 300

/// How long until something is looked at again, in microseconds.
private let pause: UInt32 = 5000

/// Asks again and again until there is an answer. The only place where tests wait: real processes,
/// threads and terminals tell nobody when they are done.
///
/// - Parameters:
///   - what: the claim, for the failure.
///   - seconds: when to give up.
///   - seen: what there was instead, for the failure.
///   - answer: nil: not yet.
@discardableResult
package func eventually<Answer>(
  _ what: String, within seconds: Int = patience, seen: () -> String = { "" },
  answer: () throws -> Answer?
) throws -> Answer {
  let end = limit(seconds)
  while true {
    if let answer = try answer() { return answer }
    guard SystemClock.monotonicMilliseconds < end else {
      throw TooLate(description: "not within \(seconds) s: \(what)\n\(seen())")
    }
    // Waits for the next look.
    usleep(pause)
  }
}

/// Waits until a condition holds.
///
/// - Parameters:
///   - what: the claim, for the failure.
///   - seconds: when to give up.
///   - condition: what another thread or process brings about.
package func eventually(
  _ what: String, within seconds: Int = patience, _ condition: () throws -> Bool
) throws {
  try eventually(what, within: seconds) { try condition() ? true : Bool?.none }
}

/// Waits until a condition holds; for `#expect`, which shows the condition itself.
///
/// - Returns: false: it did not within the time.
package func eventually(_ condition: () throws -> Bool) throws -> Bool {
  do {
    try eventually("", condition)
    return true
  } catch is TooLate {
    return false
  }
}

/// Waits, without a thread, until a condition holds.
///
/// - Parameters:
///   - what: the claim, for the failure.
///   - seconds: when to give up.
///   - condition: what another thread or process brings about.
package func waitUntil(
  _ what: String, within seconds: Int = patience, _ condition: () async throws -> Bool
) async throws {
  let end = limit(seconds)
  while try await !condition() {
    guard SystemClock.monotonicMilliseconds < end else {
      throw TooLate(description: "not within \(seconds) s: \(what)")
    }
    // Waits for the next look.
    try await Task.sleep(for: .microseconds(pause))
  }
}

/// Lets some time pass in which something must not happen, or in which work must be caught in the
/// middle.
package func pass(milliseconds: Int) {
  // Waits as long as the caller says.
  usleep(UInt32(milliseconds) * 1000)
}

private func limit(_ seconds: Int) -> Int64 {
  SystemClock.monotonicMilliseconds + Int64(seconds) * 1000
}
