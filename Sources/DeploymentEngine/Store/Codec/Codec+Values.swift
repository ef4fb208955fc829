import DeploymentEngine
import DeploymentInterface

extension ByteWriter {
  mutating func write(_ span: TimeSpan) { write(span.milliseconds) }

  mutating func write(_ time: Timestamp) { write(time.milliseconds) }

  mutating func write(_ deadline: Deadline, at now: EngineTime) {
    write(deadline.utc(at: now))
    write(deadline.length)
  }

  mutating func write(optional deadline: Deadline?, at now: EngineTime) {
    write(optional: deadline) { $0.write($1, at: now) }
  }

  mutating func write(_ progress: Progress) {
    write(progress.done)
    write(progress.total)
  }

  mutating func write(_ level: CacheLevel) {
    switch level {
    case .l1: write(byte: 1)
    case .l2: write(byte: 2)
    }
  }
}

extension ByteReader {
  /// Refuses times beyond 285,000 years, which could overflow when times are added.
  private mutating func milliseconds() throws(UnreadableRecord) -> Int64 {
    let number = try signed()
    guard number.magnitude < 1 << 53 else {
      throw UnreadableRecord(why: "a time in it is out of range")
    }
    return number
  }

  mutating func span() throws(UnreadableRecord) -> TimeSpan {
    .milliseconds(try milliseconds())
  }

  mutating func timestamp() throws(UnreadableRecord) -> Timestamp {
    Timestamp(milliseconds: try milliseconds())
  }

  mutating func deadline(at now: EngineTime) throws(UnreadableRecord) -> Deadline {
    let due = try timestamp()
    return Deadline(storedUTC: due, length: try span(), at: now)
  }

  mutating func optionalDeadline(at now: EngineTime) throws(UnreadableRecord) -> Deadline? {
    try bool() ? try deadline(at: now) : nil
  }

  mutating func optionalProgress() throws(UnreadableRecord) -> Progress? {
    guard try bool() else { return nil }
    let done = try integer()
    return Progress(done: done, of: try integer())
  }

  mutating func cacheLevel() throws(UnreadableRecord) -> CacheLevel {
    switch try byte() {
    case 1: return .l1
    case 2: return .l2
    case let other: throw UnreadableRecord(why: "unknown cache level \(other)")
    }
  }

  /// An enumeration case, stored as its number.
  mutating func choice<Value: RawRepresentable>(
    _ type: Value.Type
  ) throws(UnreadableRecord) -> Value where Value.RawValue == UInt8 {
    let number = try byte()
    guard let value = Value(rawValue: number) else {
      throw UnreadableRecord(why: "unknown value \(number)")
    }
    return value
  }

  /// An enumeration case, stored as its raw string.
  mutating func word<Value: RawRepresentable>(
    _ type: Value.Type
  ) throws(UnreadableRecord) -> Value where Value.RawValue == String {
    let word = try string()
    guard let value = Value(rawValue: word) else {
      throw UnreadableRecord(why: "unknown value \(word)")
    }
    return value
  }
}
