import Basics
import Glibc
import Posix
import TestSupport
import Testing

extension EndToEnd {
  /// `kill -9` of the engine, again and again, while somebody asks for things: what was
  /// acknowledged stays true, and what exists is what is recorded.
  @Suite struct KillTests {
    private static let configuration = """
      grace: 0s
      providers:
        - name: here
          driver: process
          limits: { preparing: 6, removing: 6 }
        - name: play
          driver: simulated
      pools:
        - name: jobs
          provider: here
          service:
            command: [/bin/sleep, "86400"]
            environment: { \(CommandEnvironment.mark): $PLACE }
          sizes: { initial: 0, l1: 4, l2: 3, max: 60 }
          names: { prefix: job-, digits: 3 }
          errorRetention: 1s
        - name: steps
          provider: play
          service: { steps: 3, stepTime: 20ms, l2: true, failure: 0.05, seed: 7 }
          sizes: { initial: 0, l1: 6, l2: 4, max: 200 }
          names: { prefix: step-, digits: 4 }
          restrain: { count: 0, within: 10m }
          errorRetention: 1s

      """

    @Test func losesNothingAcknowledgedAndForgetsNothingStarted() throws {
      let (seed, chance) = Soak.chance(of: "kills")
      try CommandEnvironment.with(Self.configuration) { place in
        var customer = Customer(place: place, chance: chance)
        for _ in 0..<Soak.choose(30, soak: 60) {
          let engine = try place.start(["engine", "--config", place.config])
          try customer.ask(forMilliseconds: customer.chance.below(700))
          try place.kill(engine)
        }
        let rest = try place.run(
          ["engine", "--until-idle", "--timeout", "120s", "--config", place.config], within: 180)
        #expect(rest.code == 0, "seed \(seed): \(rest)")
        try customer.finish()

        try Self.checkUsers(customer, place, "seed \(seed)")
        try Self.checkProcesses(place, "seed \(seed)")
      }
    }

    /// Who was told that they have a deployment has one; who was told that it is gone has none.
    private static func checkUsers(
      _ customer: Customer, _ place: CommandEnvironment, _ seed: String
    ) throws {
      let deployments = try place.deployments()
      let held = Dictionary(grouping: deployments.filter { $0.user != nil }) { $0.user ?? "" }
      print("kills: \(customer.acknowledged.count) acknowledged, \(held.count) users")
      #expect(customer.acknowledged.count >= 5, "too few to tell: \(seed)")
      for user in customer.served {
        #expect(held[user]?.count == 1, "\(user) holds \(held[user] ?? []); \(seed)")
      }
      for user in customer.released {
        #expect(held[user] == nil, "\(user) still holds \(held[user] ?? []); \(seed)")
      }
      #expect(Set(deployments.map(\.name)).count == deployments.count, "\(seed)")
      for (key, answer) in customer.acknowledged.prefix(5) {
        let again = try customer.repeated(key)
        #expect(
          again.map(\.id) == answer.map(\.id) && again.map(\.reason) == answer.map(\.reason),
          "\(key) was answered otherwise the second time; \(seed)")
      }
    }

    /// Every process group with our mark belongs to one record, and every record has one.
    private static func checkProcesses(_ place: CommandEnvironment, _ seed: String) throws {
      let recorded = try place.deployments().filter { $0.pool == "jobs" }
      let groups = place.groups()
      print("kills: \(recorded.count) deployments recorded, \(groups.count) process groups")
      #expect(recorded.allSatisfy { $0.state == "usable" }, "\(recorded); \(seed)")
      #expect(groups.values.allSatisfy { $0.count == 1 }, "\(groups); \(seed)")
      #expect(groups.count == recorded.count, "\(groups) \(recorded); \(seed)")
      #expect(Set(groups.keys) == Set(recorded.map(\.name)), "\(seed)")
    }
  }
}

/// Somebody who asks for deployments and gives them back, and remembers what was acknowledged.
private struct Customer {
  let place: CommandEnvironment
  var chance: SplitMix64
  private(set) var acknowledged: [(key: String, answer: [ShownAct])] = []
  private(set) var served: Set<String> = []
  private(set) var released: Set<String> = []
  private var asked: [String: [String]] = [:]
  private var count = 0
  private var open: [Open] = []

  private struct Open {
    let request: CommandEnvironment.Running
    let key: String
    let user: String
    let isRelease: Bool
  }

  init(place: CommandEnvironment, chance: SplitMix64) {
    self.place = place
    self.chance = chance
  }

  /// Asks for things, three at a time, until the time is over; the last may stay unanswered.
  mutating func ask(forMilliseconds span: Int) throws {
    let end = SystemClock.monotonicMilliseconds + Int64(span)
    while SystemClock.monotonicMilliseconds < end {
      if open.count < 3 { try begin() }
      try collect()
      pass(milliseconds: 5)
    }
  }

  /// Waits for the answers that are still out.
  mutating func finish() throws {
    while !open.isEmpty {
      try collect()
      pass(milliseconds: 5)
    }
  }

  /// Repeats a request with its key.
  func repeated(_ key: String) throws -> [ShownAct] {
    let engine = try place.engine()
    defer { try? place.kill(engine, SIGTERM) }
    return try place.run(asked[key] ?? []).json()
  }

  private mutating func begin() throws {
    count += 1
    let key = "request-\(count)"
    let giveBack = served.isEmpty ? false : chance.below(4) == 0
    let user = giveBack ? served.sorted()[chance.below(served.count)] : "user\(count)"
    var words = ["assign", chance.below(2) == 0 ? "jobs" : "steps", user]
    if giveBack {
      let held = try place.deployments().filter { $0.user == user }
      guard let id = held.first?.id else { return }
      words = ["release", id]
    }
    words += ["--json", "--key", key, "--config", place.config]
    asked[key] = words
    // From here on nobody knows whether the user still holds it, until that is answered.
    if giveBack { served.remove(user) }
    open.append(
      Open(request: try place.begin(words), key: key, user: user, isRelease: giveBack))
  }

  private mutating func collect() throws {
    for (index, one) in open.enumerated().reversed() {
      guard let answer = place.finished(one.request) else { continue }
      open.remove(at: index)
      try note(answer, to: one)
    }
  }

  private mutating func note(_ answer: Answer, to one: Open) throws {
    // Done; refused; no store yet; nobody answered in time, and the request was taken back.
    guard [0, 1, 66, 69].contains(answer.code) else {
      throw TooLate(description: "\(one): \(answer)")
    }
    guard answer.code == 0 else { return }
    acknowledged.append((one.key, try answer.json()))
    if one.isRelease {
      released.insert(one.user)
    } else {
      served.insert(one.user)
    }
  }
}
