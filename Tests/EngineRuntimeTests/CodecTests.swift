import DeploymentEngine
import DeploymentInterface
import SafeTexts
import Testing

@testable import EngineRuntime
@testable import EngineStore

struct CodecTests {
  let now = EngineTime(
    moment: Moment(milliseconds: 5_000_000), utc: Timestamp(milliseconds: 1_700_000_000_000))

  private func expectRoundTrip<Record: StoredRecord & Equatable>(
    _ record: Record, seed: UInt64
  ) throws {
    let bytes = record.encoded(at: now)
    let back = try Record(decoding: bytes, at: now)
    #expect(back == record, "seed \(seed)")
  }

  @Test func comesBackAsItWas() throws {
    for seed in UInt64(0)..<300 {
      var records = RandomRecords(seed: seed, now: now)
      try expectRoundTrip(records.deployment(Int64(seed) + 1), seed: seed)
      try expectRoundTrip(records.pool(3), seed: seed)
      try expectRoundTrip(records.provider(records.text()), seed: seed)
      try expectRoundTrip(records.publication(2, 7), seed: seed)
      try expectRoundTrip(records.waiter(1, 99), seed: seed)
    }
  }

  @Test func keepsDueTimesAcrossAnotherRunOfTheClock() throws {
    var deployment = RandomRecords.plain(now)
    deployment.nextActionAt = Deadline(from: now.moment, length: .seconds(60))
    let bytes = deployment.encoded(at: now)
    let later = EngineTime(
      moment: Moment(milliseconds: 12), utc: now.utc + .seconds(45))
    let back = try Deployment(decoding: bytes, at: later)
    #expect(back.nextActionAt?.at == later.moment + .seconds(15))
    #expect(back.nextActionAt?.length == .seconds(60))
  }

  @Test func neverMakesADueTimeLongerWhenTheClockWasSetBack() throws {
    var deployment = RandomRecords.plain(now)
    deployment.nextActionAt = Deadline(from: now.moment, length: .seconds(60))
    let bytes = deployment.encoded(at: now)
    let yearsAgo = EngineTime(moment: now.moment, utc: Timestamp(milliseconds: 0))
    let back = try Deployment(decoding: bytes, at: yearsAgo)
    #expect(back.nextActionAt?.at == yearsAgo.moment + .seconds(60))
  }

  @Test func findsEveryFlippedBit() {
    var bytes = RandomRecords.plain(now).encoded(at: now)
    for place in bytes.indices {
      for bit in 0..<8 {
        bytes[place] ^= 1 << bit
        #expect(throws: UnreadableRecord.self) { try Deployment(decoding: bytes, at: now) }
        bytes[place] ^= 1 << bit
      }
    }
  }

  /// Either a value or a reason is right; what counts is that nothing else happens.
  @Test func endsWithAValueOrAReasonWhateverTheFieldsAre() {
    for seed in UInt64(0)..<500 {
      let bytes = sound(garbage(seed))
      _ = try? Deployment(decoding: bytes, at: now)
      _ = try? Pool(decoding: bytes, at: now)
      _ = try? PublicationRecord(decoding: bytes, at: now)
      _ = try? WaitingUser(decoding: bytes, at: now)
      _ = try? ProviderRecord(decoding: bytes, at: now)
    }
  }

  private func garbage(_ seed: UInt64) -> [UInt8] {
    var records = RandomRecords(seed: seed, now: now)
    var bytes = seed % 2 == 0 ? records.bytes() : records.deployment(1).encoded(at: now)
    bytes = [1] + bytes.dropFirst().dropLast(RecordChecksum.size)
    for _ in 0..<4 { bytes[records.number(0...bytes.count - 1)] = UInt8(records.number(0...255)) }
    bytes[0] = 1
    return bytes
  }

  /// With a right checksum, so that the fields themselves are read.
  private func sound(_ bytes: [UInt8]) -> [UInt8] {
    let sum = RecordChecksum.of(bytes[...])
    return bytes + (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }
  }

  @Test func refusesWhatIsCutShort() {
    let bytes = RandomRecords.plain(now).encoded(at: now)
    for length in 0..<bytes.count {
      #expect(throws: UnreadableRecord.self) {
        try Deployment(decoding: Array(bytes.prefix(length)), at: now)
      }
    }
  }

  @Test func refusesANewerVersion() throws {
    let newer = Deployment.recordVersion + 1
    var writer = ByteWriter(version: newer)
    RandomRecords.plain(now).write(to: &writer, at: now)
    let bytes = writer.closed()
    let failure = #expect(throws: UnreadableRecord.self) {
      try Deployment(decoding: bytes, at: now)
    }
    #expect(failure?.why == "this program does not support its version \(newer)")
  }

  /// The first version ended where the fields that were added begin.
  @Test func readsWhatTheFirstVersionWrote() throws {
    let record = RandomRecords.plain(now)
    // Without the console, the marks of an absent error, an awaited return and a shared address,
    // the promise, and the start of the guest.
    let fields = record.encoded(at: now).dropFirst().dropLast(RecordChecksum.size + 6)
    #expect(try Deployment(decoding: sound([1] + fields), at: now) == record)

    let provider = ProviderRecord(name: "host", limits: ProviderLimits())
    // Without the empty list, its count, its time and its problem, the calls that hang, and the
    // begin of a maintenance.
    let parts = provider.encoded(at: now).dropFirst().dropLast(RecordChecksum.size)
    for (version, missing) in [(1, 6), (2, 2), (3, 1)] as [(UInt8, Int)] {
      let bytes = sound([version] + parts.dropLast(missing))
      #expect(try ProviderRecord(decoding: bytes, at: now) == provider)
    }
  }

  @Test func isCompact() {
    #expect(RandomRecords.plain(now).encoded(at: now).count < 120)
  }
}

extension RandomRecords {
  /// The deployment that most are like.
  static func plain(_ now: EngineTime, id: Int64 = 1) -> Deployment {
    Deployment(
      id: DeploymentID(id), pool: PoolID(1),
      identity: Identity(name: "lab-\(id)", mac: MACAddress(0x5254_0000_0000 + UInt64(id))),
      placement: .cache(.l1, reservedFor: nil),
      phase: .preparing(
        Operation(
          .deployForCache(.l1), deadline: Deadline(from: now.moment, length: .hours(1)))),
      guest: .ready(), publication: nil, because: "growing L1 by 3: 2 of 5 ready", at: now.utc)
  }
}
