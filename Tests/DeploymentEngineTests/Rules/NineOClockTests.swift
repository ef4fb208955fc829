import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// Monday at nine: 250 users within a minute, and much that goes wrong at the same time.
@Suite struct NineOClockTests {
  private static let users = 250
  /// Seconds that creating one takes, and making it ready.
  private static let creation = 60
  private static let ready = 3

  /// One of twenty ready ones is dead, one of twenty is never made ready, two removals are stuck.
  private func morning() -> World {
    let world = World(.pool(l1: 230, max: 320, publishes: true)) {
      $0.always(.deployForCache, .run(Self.creation))
      $0.always(.setReady, .run(Self.ready))
    }
    world.judgesEvery = 100
    world.ask(.publish("lab"))
    world.run(for: .minutes(20))
    #expect(world.ready(at: .l1).count == 230)
    world.driver.next(.destroy, .runForever, .runForever)
    for number in world.ready(at: .l1).prefix(2) { world.ask(.destroy(DeploymentID(number))) }
    world.run(for: .minutes(2))
    for (place, number) in world.ready(at: .l1).enumerated() where place % 20 == 7 {
      world.driver.vanish(world[number].name.text)
    }
    for place in 0..<400 {
      world.driver.next(.setReady, place % 20 == 11 ? .broken : .run(Self.ready))
    }
    return world
  }

  @Test func everybodyIsLetInAndNobodyHasToHelp() {
    let world = morning()
    var asked: [SafeText: Moment] = [:]
    var waits: [SafeText: TimeSpan] = [:]
    func look() {
      for one in world.engine.deployments where one.isLetIn {
        guard let user = one.placement.user, waits[user] == nil, let since = asked[user] else {
          continue
        }
        waits[user] = world.now.moment - since
      }
    }
    for number in 0..<Self.users {
      let user = SafeText("user\(number)")
      asked[user] = world.now.moment
      #expect(world.assign(user).isAccepted)
      if number == Self.users / 2 { world.ask(.publish("lab")) }
      world.run(for: .milliseconds(240))
      look()
    }
    for _ in 0..<600 where waits.count < Self.users {
      world.run(for: .seconds(1))
      look()
    }
    let sorted = waits.values.sorted()
    #expect(sorted.count == Self.users)
    guard let longest = sorted.last else { return }
    let (median, most) = (sorted[sorted.count / 2], sorted[sorted.count * 99 / 100])
    print("nine o'clock: \(sorted.count) let in, p50 \(median), p99 \(most), longest \(longest)")
    #expect(median <= .seconds(Int64(Self.ready) + 2))
    #expect(longest <= .minutes(5))
  }
}
