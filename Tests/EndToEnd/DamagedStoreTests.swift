import Basics
import Foundation
import Testing

extension EndToEnd {
  /// A store that was cut or written over anywhere: it is opened rightly, or refused in one
  /// sentence; nothing crashes, and nothing that runs is ended. `UntrustedStoreTests` has the
  /// mishaps that are known by name.
  @Suite struct DamagedStoreTests {
    private static let configuration = Configurations.sleepers(l1: 2, l2: 1, max: 9)

    @Test func isOpenedRightlyOrRefusedAndNothingEnds() throws {
      var (seed, chance) = Soak.chance(of: "damage")
      try CommandEnvironment.with(Self.configuration) { place in
        let engine = try place.engine()
        try place.filled(jobs: 3)
        // Killed, so that the log still holds what is not in the database.
        try place.kill(engine)
        let good = try StoreFiles(of: place)
        #expect(good.contents["-wal"]?.isEmpty == false)
        let running = place.jobs()
        var refused = 0
        for round in 0..<Soak.choose(6, soak: 60) {
          try good.putBack(place)
          let damage = Damage(to: good, &chance)
          try damage.happens(place)
          let isRefused = try Self.judge(
            place, running, "seed \(seed), round \(round): \(damage)")
          if isRefused { refused += 1 }
          for (name, pids) in place.jobs() where running[name] == nil {
            for pid in pids { kill(pid, SIGKILL) }
          }
        }
        print("damage: \(refused) refused")
        try good.putBack(place)
        let rest = try place.settle()
        #expect(rest.code == 0, "\(rest)")
        #expect(place.jobs() == running, "seed \(seed)")
      }
    }

    /// Whether the store is refused; expects that it is refused well, or opened well.
    private static func judge(
      _ place: CommandEnvironment, _ running: [String: [pid_t]], _ context: String
    ) throws -> Bool {
      let list = try place.dashboard("deployments", "--json")
      #expect([0, 66, 74].contains(list.code), "\(context): \(list)")
      let doctor = try place.dashboard("doctor")
      #expect([0, 1].contains(doctor.code), "\(context): \(doctor)")
      let engine = try place.settle()
      #expect([0, 74].contains(engine.code), "\(context): \(engine)")

      let isRefused = engine.code == 74
      // Doctor knows beforehand, and has something to be done.
      #expect(doctor.output.contains("TROUBLE  store") == isRefused, "\(context): \(doctor)")
      if isRefused {
        #expect(engine.errors.split(separator: "\n").count == 1, "\(context): \(engine)")
        #expect(engine.errors.contains(place.store), "\(context): \(engine)")
      }
      let after = place.jobs()
      for (name, pids) in running {
        #expect(after[name] == pids, "\(name) was touched; \(context): \(engine)")
      }
      #expect(after.values.allSatisfy { $0.count == 1 }, "\(after); \(context)")
      return isRefused
    }
  }
}

/// The files of a store as they were at one moment.
private struct StoreFiles {
  /// By what their names end with: "", "-wal" …
  let contents: [String: Data]
  static let ends = ["", "-wal", "-shm", ".lock"]

  init(of place: CommandEnvironment) throws {
    var contents: [String: Data] = [:]
    for end in Self.ends {
      contents[end] = try Data(contentsOf: URL(fileURLWithPath: place.store + end))
    }
    self.contents = contents
  }

  func putBack(_ place: CommandEnvironment) throws {
    for (end, data) in contents { try Self.put(data, at: place.store + end) }
  }

  /// Another file of that name, as whoever restores or damages a file in the dark does it.
  static func put(_ data: Data, at path: String) throws {
    try? FileManager.default.removeItem(atPath: path)
    try data.write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
  }
}

/// What happens to one or two of the files.
private struct Damage: CustomStringConvertible {
  private var blows: [(end: String, what: String, data: Data?)] = []

  init(to files: StoreFiles, _ chance: inout SplitMix64) {
    for _ in 0...chance.below(2) {
      let end = ["", "", "-wal", "-wal", "-shm"][chance.below(5)]
      let before = blows.last { $0.end == end }?.data ?? files.contents[end] ?? Data()
      let (what, data) = Self.blow(to: before, &chance)
      blows.append((end, what, data))
    }
  }

  var description: String {
    blows.map { "the file \"\($0.end)\": \($0.what)" }.joined(separator: ", ")
  }

  func happens(_ place: CommandEnvironment) throws {
    for blow in blows {
      if let data = blow.data {
        try StoreFiles.put(data, at: place.store + blow.end)
      } else {
        try? FileManager.default.removeItem(atPath: place.store + blow.end)
      }
    }
  }

  private static func blow(to data: Data, _ chance: inout SplitMix64) -> (String, Data?) {
    var data = Data(data)
    let offset = chance.below(data.count)
    switch chance.below(8) {
    case 0, 1:
      return ("cut at \(offset)", data.prefix(offset))
    case 2:
      let page = offset / 4096 * 4096
      let end = min(data.count, page + 4096)
      data.replaceSubrange(page..<end, with: Data(count: end - page))
      return ("no more than zeros in the page at \(page)", data)
    case 3:
      let end = min(data.count, offset + 1 + chance.below(64))
      for place in offset..<end { data[place] = UInt8(truncatingIfNeeded: chance.next()) }
      return ("anything from \(offset) to \(end)", data)
    case 4 where chance.below(3) == 0:
      return ("gone", nil)
    default:
      let count = 1 + chance.below(8)
      var places: [Int] = []
      for _ in 0..<count where !data.isEmpty {
        let place = chance.below(data.count)
        data[place] ^= UInt8(1 << chance.below(8))
        places.append(place)
      }
      return ("bits flipped at \(places)", data)
    }
  }
}
