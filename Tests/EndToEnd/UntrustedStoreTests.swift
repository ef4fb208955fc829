import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// A store that cannot be trusted is said to be so, and never taken for permission to begin anew
  /// or to clean up: what runs goes on running, and a good copy brings everything back.
  @Suite struct UntrustedStoreTests {
    private static let configuration = Configurations.sleepers(l1: 2, l2: 1, max: 9)

    /// Something that happens to a store, and a word of what is said of it.
    private struct Mishap: Sendable {
      let what: String
      let says: String
      let happens: @Sendable (CommandEnvironment) throws -> Void
    }

    private static let mishaps = [
      Mishap(what: "empty", says: "missing or empty") { try $0.overwrite(Data()) },
      Mishap(what: "gone", says: "missing or empty") { place in
        try FileManager.default.removeItem(atPath: place.store)
      },
      Mishap(what: "cut in the middle of a page", says: "malformed") { place in
        try place.overwrite(place.contents().prefix(40_000))
      },
      Mishap(what: "cut in its header", says: "damaged") { place in
        try place.overwrite(place.contents().prefix(90))
      },
      Mishap(what: "overwritten here and there", says: "damaged") { place in
        var data = try place.contents()
        for page in stride(from: 4096, to: data.count, by: 8192) {
          for byte in page..<page + 64 { data[byte] ^= 0x5a }
        }
        try place.overwrite(data)
      },
      Mishap(what: "a text", says: "is not a store of this program") { place in
        try place.overwrite(Data("to whom it may concern".utf8))
      },
      Mishap(what: "of another engine", says: "is not the store that") { place in
        try CommandEnvironment.with(Self.configuration) { other in
          try other.fill()
          try place.overwrite(try other.contents())
        }
      },
    ]

    @Test func isSaidAndNothingIsTouchedUntilACopyIsBack() throws {
      try CommandEnvironment.with(Self.configuration) { place in
        try place.fill()
        let good = try place.contents()
        let running = place.groups().mapValues { $0.map(\.pid) }
        #expect(running.count == 3)
        for mishap in Self.mishaps {
          try mishap.happens(place)
          let found = try? place.contents()
          let engine = try place.dashboard("engine", "--until-idle", "--timeout", "60s")
          #expect(engine.code == 74, "\(mishap.what): \(engine)")
          #expect(engine.errors.contains(mishap.says), "\(mishap.what): \(engine)")
          #expect((try? place.contents()) == found, "\(mishap.what): the file was changed")
          let doctor = try place.dashboard("doctor")
          #expect(doctor.code == 1, "\(mishap.what): \(doctor)")
          #expect(doctor.output.contains("TROUBLE  store"), "\(mishap.what): \(doctor)")
          #expect(place.groups().mapValues { $0.map(\.pid) } == running, "\(mishap.what)")
          try place.overwrite(good)
        }
        try place.fill()
        #expect(place.groups().mapValues { $0.map(\.pid) } == running)
        #expect(try place.dashboard("doctor").code == 0)
      }
    }
  }
}

extension CommandEnvironment {
  /// Runs the engine until its pools are full, and leaves everything in the one file of the store.
  fileprivate func fill() throws {
    let engine = try dashboard("engine", "--until-idle", "--timeout", "120s")
    guard engine.code == 0 else { throw TooLate(description: "the pools do not fill: \(engine)") }
    try sqlite("PRAGMA wal_checkpoint(TRUNCATE)")
  }

  fileprivate func contents() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: store)) }

  fileprivate func overwrite(_ data: Data) throws {
    for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: store + end) }
    try data.write(to: URL(fileURLWithPath: store))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: store)
  }
}
