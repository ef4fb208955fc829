import DeploymentEngine
import DeploymentInterface
import Fuzzing
import SafeTexts
import Testing

@testable import EngineRuntime
@testable import EngineStore

/// Whatever bytes a store or a lock file holds: they are a value or a reason.
@Suite struct FuzzTests {
  private static let now = EngineTime(
    moment: Moment(milliseconds: 5_000_000), utc: Timestamp(milliseconds: 1_700_000_000_000))

  /// The checksum would hide the fields from what is made up, so it is put right each time.
  private static func sealed(_ bytes: [UInt8]) -> [UInt8] {
    let body = bytes.dropLast(min(bytes.count, RecordChecksum.size))
    let sum = RecordChecksum.of(body)
    return body
      + stride(from: 0, to: 32, by: 8).map { UInt8(truncatingIfNeeded: sum >> UInt32($0)) }
  }

  /// What can be read is written again and is still the same.
  private static func read<Record: StoredRecord & Equatable>(_ type: Record.Type, _ bytes: [UInt8])
  {
    guard let record = try? Record(decoding: sealed(bytes), at: now) else { return }
    let again = try? Record(decoding: record.encoded(at: now), at: now)
    #expect(again == record)
  }

  @Test func storedValues() {
    var records = RandomRecords(seed: 5, now: Self.now)
    let kinds: [[UInt8]] = [
      records.deployment(1).encoded(at: Self.now), records.pool(2).encoded(at: Self.now),
      records.provider("here").encoded(at: Self.now),
      records.publication(2, 7).encoded(at: Self.now), records.waiter(1, 9).encoded(at: Self.now),
    ]
    let seeds = kinds.enumerated().map { [UInt8($0)] + $1 }
    Fuzz.run(seeds: seeds) { bytes in
      let rest = Array(bytes.dropFirst())
      switch (bytes.first ?? 0) % 5 {
      case 0: Self.read(Deployment.self, rest)
      case 1: Self.read(Pool.self, rest)
      case 2: Self.read(ProviderRecord.self, rest)
      case 3: Self.read(PublicationRecord.self, rest)
      default: Self.read(WaitingUser.self, rest)
      }
    }
  }

  @Test func requestsAndAnswers() throws {
    let requests = try [
      Verb.ready(DeploymentID(7)), .assign(DeploymentID(1), user: "ana"),
      .resize("lab", SizeOverrides(l1: 3)), .move(DeploymentID(2), to: .l2),
    ].map { try PlainJSON.encode(Request(key: RequestKey("k"), actor: "ana", verb: $0)) }
    let replies = try [
      Reply.accepted(DeploymentID(1), note: "soon"), .refused(Refusal(.stale, "it changed")),
    ].map { try PlainJSON.encode($0) }
    Fuzz.run(seeds: (requests + replies).map { Array($0.utf8) }) { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      if let request = PlainJSON.decode(Request.self, from: text) {
        let again = (try? PlainJSON.encode(request)).flatMap {
          PlainJSON.decode(Request.self, from: $0)
        }
        #expect(again == request)
      }
      _ = PlainJSON.decode(Reply.self, from: text)
    }
  }

  @Test func lockFiles() throws {
    let temporary = try TemporaryStore()
    try temporary.open { _ in }
    let seed = try temporary.read("store.sqlite.lock")
    Fuzz.run(seeds: [seed]) { bytes in
      _ = LockContents(parsing: String(decoding: bytes, as: UTF8.self))
    }
  }
}
